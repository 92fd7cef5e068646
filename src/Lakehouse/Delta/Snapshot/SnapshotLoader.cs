using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Snapshot;

/// <summary>Builds snapshots from a log: the newest complete checkpoint, then every commit after it.</summary>
sealed class SnapshotLoader(IObjectStore store, LogFolder folder, ICheckpointReader checkpoints)
{
    /// <summary>The table at a version, or at its newest; null when there is no table. Throws
    /// <see cref="DeltaFormatException"/> for a damaged log, a gap in it, or a version that it does not have.</summary>
    public async Task<DeltaSnapshot?> LoadAsync(long? version, CancellationToken ct)
    {
        // The hint saves listing what the checkpoint makes needless; where it is wrong, the whole listing decides.
        var hint = await ReadHintAsync(ct);
        var listing = hint is { } start && (version is null || start <= version)
            ? await LogListing.ReadAsync(store, folder, start, version, ct)
            : null;
        if (listing is not { Checkpoint: not null })
            listing = await LogListing.ReadAsync(store, folder, from: 0, version, ct);
        if (listing.IsEmpty)
            return null;
        listing.CheckComplete(folder, version);
        var builder = new SnapshotBuilder();
        if (listing.Checkpoint is { } checkpoint)
        {
            await foreach (var part in checkpoints.ReadAsync(store, checkpoint, ct))
                builder.Apply(part);
        }
        foreach (var commit in listing.Commits)
            builder.Apply(await ReadCommitAsync(commit, ct) ?? throw Vanished(commit));
        return builder.Build(listing.LastVersion, folder);
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

    DeltaFormatException Vanished(long version) => new(folder.Commit(version), "a commit that was listed", "nothing");

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
