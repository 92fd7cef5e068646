using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Snapshot;

/// <summary>Builds snapshots from a log: the newest complete checkpoint that can be read, then every commit after
/// it.</summary>
sealed class SnapshotLoader(IObjectStore store, LogFolder folder, ICheckpointReader checkpoints)
{
    /// <summary>The table at a version, or at its newest; null when there is no table. Throws
    /// <see cref="DeltaFormatException"/> for a damaged log, a gap in it, or a version that it does not have.</summary>
    public async Task<DeltaSnapshot?> LoadAsync(long? version, CancellationToken ct)
    {
        // The hint saves listing what the checkpoint makes needless; where it is wrong, the whole listing decides.
        if (await ReadHintAsync(ct) is { } start && (version is null || start <= version))
        {
            var tail = await LogListing.ReadAsync(store, folder, start, version, ct);
            if (!tail.Checkpoints.IsEmpty && (version is null || tail.LastVersion == version)
                && await TryLoadAsync(tail, ct) is DeltaSnapshot found)
                return found;
        }
        var listing = await LogListing.ReadAsync(store, folder, from: 0, version, ct);
        if (listing.IsEmpty)
            return null;
        if (version is { } wanted && listing.LastVersion < wanted)
        {
            throw new DeltaFormatException(
                folder.Commit(wanted), "a commit", $"a log up to version {listing.LastVersion}");
        }
        return await LoadAsync(listing, ct);
    }

    /// <summary>The commits after a version, in order, until the first that is not there.</summary>
    public async Task<ImmutableArray<LogCommit>> ReadAfterAsync(long version, CancellationToken ct)
    {
        var commits = ImmutableArray.CreateBuilder<LogCommit>();
        while (await ReadCommitAsync(version + 1 + commits.Count, ct) is { } commit)
            commits.Add(commit);
        return commits.DrainToImmutable();
    }

    /// <summary>One commit; null when it is not there.</summary>
    public async Task<LogCommit?> ReadCommitAsync(long version, CancellationToken ct)
    {
        var key = folder.Commit(version);
        return await store.GetAsync(key, ct) is { } content ? LogCommit.Parse(version, key, content) : null;
    }

    async Task<DeltaSnapshot?> TryLoadAsync(LogListing listing, CancellationToken ct)
    {
        try
        {
            return await LoadAsync(listing, ct);
        }
        catch (DeltaFormatException)
        {
            // Older checkpoints, or all commits, may still make up the version; they say what is wrong if not.
            return null;
        }
    }

    /// <summary>Tries the checkpoints from the newest on, then the commits alone: what one checkpoint has lost, an
    /// older one and the commits after it may still have.</summary>
    async Task<DeltaSnapshot> LoadAsync(LogListing listing, CancellationToken ct)
    {
        DeltaFormatException? damage = null;
        foreach (var checkpoint in listing.Checkpoints)
        {
            var commits = Commits(listing, checkpoint, damage);
            var last = commits.IsEmpty ? checkpoint.Version : commits[^1].Version;
            if (damage is not null && last < listing.LastVersion)
                continue;
            var builder = new SnapshotBuilder();
            try
            {
                await foreach (var piece in checkpoints.ReadAsync(store, folder, checkpoint, ct))
                    builder.Apply(piece);
            }
            catch (DeltaFormatException e)
            {
                damage ??= e;
                continue;
            }
            return await ReplayAsync(builder, commits, listing.LastVersion, ct);
        }
        var all = Commits(listing, checkpoint: null, damage);
        // A damaged checkpoint may be all that is left of the newest version.
        return damage is not null && (all.IsEmpty || all[^1].Version < listing.LastVersion)
            ? throw damage
            : await ReplayAsync(new SnapshotBuilder(), all, listing.LastVersion, ct);
    }

    ImmutableArray<CommitFile> Commits(LogListing listing, CheckpointFiles? checkpoint, DeltaFormatException? damage)
    {
        try
        {
            return listing.CommitsAfter(checkpoint, folder);
        }
        catch (DeltaFormatException) when (damage is not null)
        {
            // The commits that would make up for the damaged checkpoint are gone.
            throw damage;
        }
    }

    async Task<DeltaSnapshot> ReplayAsync(
        SnapshotBuilder builder, ImmutableArray<CommitFile> commits, long version, CancellationToken ct)
    {
        foreach (var commit in commits)
        {
            builder.Apply(await ReadCommitAsync(commit.Version, ct)
                ?? throw new DeltaFormatException(
                    folder.Commit(commit.Version), "a commit that was listed", "nothing"));
        }
        return builder.Build(version, folder);
    }

    async Task<long?> ReadHintAsync(CancellationToken ct)
    {
        if (await store.GetAsync(folder.LastCheckpoint, ct) is not { } content)
            return null;
        try
        {
            return JsonSerializer.Deserialize(content, DeltaJson.Log.LastCheckpoint) is { Version: >= 0 } last
                ? last.Version
                : null;
        }
        catch (JsonException)
        {
            // A hint that cannot be read is no hint: the listing finds the checkpoint.
            return null;
        }
    }
}
