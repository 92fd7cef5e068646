using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Maintenance;

/// <summary>Removes the oldest part of a table's log: what lies before a checkpoint that all versions which may still
/// be read come after.</summary>
public sealed class LogCleanup(IObjectStore store, string root, DeltaServices services)
{
    // A writer that is at a checkpoint has put its sidecars before the file that names them.
    static readonly TimeSpan SidecarAgeMin = TimeSpan.FromDays(1);

    readonly LogFolder _folder = new(root);

    /// <summary>Removes commits, checkpoints with their sidecars, and checksums; returns how many. With
    /// <paramref name="isDryRun"/> it only counts.</summary>
    /// <param name="oldestVersion">The oldest version that may be read; null where only time counts.</param>
    /// <param name="retention">How long a version stays; null for what the table says
    /// (<c>delta.logRetentionDuration</c>, 30 days by default).</param>
    /// <param name="isDryRun">Whether everything stays.</param>
    /// <param name="ct">Ends it; what is left is removed another time.</param>
    public async Task<int> RunAsync(
        long? oldestVersion, TimeSpan? retention, bool isDryRun, CancellationToken ct)
    {
        var newest = (await DeltaTable.OpenAsync(store, root, services, ct))?.Snapshot
            ?? throw new DeltaFormatException(_folder.Prefix, "a table", "none");
        var listing = await LogListing.ReadAsync(store, _folder, from: 0, newest.Version, ct);
        var limitMs = (services.Time.GetUtcNow() - (retention ?? newest.LogRetention)).ToUnixTimeMilliseconds();
        var oldest = Math.Min(
            oldestVersion ?? long.MaxValue,
            listing.Commits.Where(commit => commit.ModifiedMs >= limitMs)
                .Select(static commit => commit.Version)
                .DefaultIfEmpty(newest.Version)
                .Min());
        if (listing.Checkpoints.FirstOrDefault(checkpoint => checkpoint.Version <= oldest) is not { } first
            || !await IsWholeAsync(first, ct))
            return 0;
        // Oldest first: wherever this ends, what is left has no gap.
        string[] gone =
        [
            .. listing.Commits.Where(commit => commit.Version < first.Version)
                .Select(commit => _folder.Commit(commit.Version)),
            .. listing.Checkpoints.Reverse().Where(checkpoint => checkpoint.Version < first.Version)
                .SelectMany(static checkpoint => checkpoint.Keys),
            .. listing.Checksums.Where(version => version < first.Version).Select(_folder.Checksum),
            .. TableFeatures.HasV2Checkpoints(newest.Protocol)
                ? await UnnamedSidecarsAsync(first.Version, ct)
                : [],
        ];
        foreach (var key in isDryRun ? [] : gone)
            await store.DeleteAsync(key, ct);
        return gone.Length;
    }

    // None where a checkpoint that stays cannot be read: what it names is not known.
    async Task<IReadOnlyList<string>> UnnamedSidecarsAsync(long firstVersion, CancellationToken ct)
    {
        var listing = await LogListing.ReadAsync(store, _folder, firstVersion, through: null, ct);
        var named = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var checkpoint in listing.Checkpoints)
            {
                var sidecars = await CheckpointReader.SidecarsAsync(store, checkpoint, ct);
                named.UnionWith(sidecars.Select(sidecar => _folder.Sidecar(sidecar.Name)));
            }
        }
        catch (DeltaFormatException)
        {
            return [];
        }
        var limitMs = (services.Time.GetUtcNow() - SidecarAgeMin).ToUnixTimeMilliseconds();
        var unnamed = new List<string>();
        await foreach (var sidecar in store.ListAsync(_folder.Sidecar(""), startAfter: null, ct))
        {
            if (sidecar.ModifiedMs < limitMs && !named.Contains(sidecar.Key))
                unnamed.Add(sidecar.Key);
        }
        return unnamed;
    }

    // Once the commits before it are gone, nothing makes up for a damaged one.
    async Task<bool> IsWholeAsync(CheckpointFiles checkpoint, CancellationToken ct)
    {
        try
        {
            var builder = new SnapshotBuilder();
            await foreach (var piece in new CheckpointReader().ReadAsync(store, _folder, checkpoint, ct))
                builder.Apply(piece);
            builder.Build(checkpoint.Version, _folder);
            return true;
        }
        catch (DeltaFormatException)
        {
            return false;
        }
    }
}
