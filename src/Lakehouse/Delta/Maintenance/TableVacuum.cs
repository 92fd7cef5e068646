using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Maintenance;

/// <summary>Removes the files of a table that no version needs which somebody may still read: files that left the
/// table, files that never came to it, and files that say what older commits changed. Young ones stay: a writer may be
/// about to commit them.</summary>
/// <remarks>What it knows of a table grows old while it works. A process that slept meanwhile would remove files that
/// have come since, so it gives up after half of the retention.</remarks>
public sealed class TableVacuum(IObjectStore store, string root, DeltaServices services)
{
    readonly LogFolder _folder = new(root);

    /// <summary>Removes them; with <paramref name="isDryRun"/> it only says which.</summary>
    /// <param name="oldestVersion">The oldest version that may be read; null where only time counts.</param>
    /// <param name="retention">How long a file stays after it left the table; null for what the table says
    /// (<c>delta.deletedFileRetentionDuration</c>, a week by default).</param>
    /// <param name="isDryRun">Whether everything stays.</param>
    /// <param name="ct">Ends it; what is left is removed another time.</param>
    public async Task<VacuumReport> RunAsync(
        long? oldestVersion, TimeSpan? retention, bool isDryRun, CancellationToken ct)
    {
        var began = services.Time.GetUtcNow();
        var newest = (await DeltaTable.OpenAsync(store, root, services, ct))?.Snapshot
            ?? throw new DeltaFormatException(_folder.Prefix, "a table", "none");
        var kept = retention ?? newest.DeletedFileRetention;
        var limitMs = (began - kept).ToUnixTimeMilliseconds();
        var needed = await NeededAsync(newest, oldestVersion, limitMs, ct);
        var gone = new List<ObjectInfo>();
        var start = _folder.KeyOf("").Length;
        await foreach (var file in store.ListAsync(_folder.KeyOf(""), startAfter: null, ct))
        {
            var location = file.Key[start..];
            if (file.ModifiedMs < limitMs && !IsHidden(location) && !needed.Contains(location))
                gone.Add(file);
        }
        foreach (var file in isDryRun ? [] : gone)
        {
            if (services.Time.GetUtcNow() - began > kept / 2)
                throw new TimeoutException($"vacuum of {root} took longer than half of {kept}");
            await store.DeleteAsync(file.Key, ct);
        }
        return new VacuumReport([.. gone.Select(static file => file.Key)], gone.Sum(static file => file.Size));
    }

    async Task<HashSet<string>> NeededAsync(
        DeltaSnapshot newest, long? oldestVersion, long limitMs, CancellationToken ct)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in newest.Files.Values)
            Need(file.Location, file.DeletionVector);
        // A removal without a time is as old as can be.
        foreach (var file in newest.Tombstones.Values.Where(file => (file.DeletionTimestamp ?? 0) >= limitMs))
            Need(file.Location, file.DeletionVector);
        if (oldestVersion is not { } version || version >= newest.Version)
            return needed;
        var oldest = await DeltaTable.ReadAsync(store, root, version, ct)
            ?? throw new DeltaFormatException(_folder.Prefix, $"version {version}", "no table");
        foreach (var file in oldest.Files.Values)
            Need(file.Location, file.DeletionVector);
        // What left the table after that version was in one between.
        foreach (var (id, file) in newest.Tombstones)
        {
            if (!oldest.Tombstones.ContainsKey(id))
                Need(file.Location, file.DeletionVector);
        }
        foreach (var commit in await OldCommitsAsync(version, newest, limitMs, ct))
        {
            foreach (var file in commit.Adds)
                Need(file.Location, file.DeletionVector);
            foreach (var file in commit.Changes)
                Need(file.Location, vector: null);
        }
        return needed;

        void Need(string location, DeletionVector? vector)
        {
            needed.Add(location);
            if (vector?.Location is { } file)
                needed.Add(file);
        }
    }

    // A checkpoint keeps no removal that is older than the retention. What it may have forgotten had been added before
    // that; the half of the retention is for clocks that differ. Files of changes are in no snapshot at all.
    async Task<IReadOnlyList<LogCommit>> OldCommitsAsync(
        long oldestVersion, DeltaSnapshot newest, long limitMs, CancellationToken ct)
    {
        var listing = await LogListing.ReadAsync(store, _folder, oldestVersion + 1, newest.Version, ct);
        var nowMs = services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var ageMs = Math.Min((long)newest.DeletedFileRetention.TotalMilliseconds, nowMs - limitMs) / 2;
        var commits = new List<LogCommit>();
        foreach (var commit in listing.Commits)
        {
            if (commit.ModifiedMs >= nowMs - ageMs)
                continue;
            var key = _folder.Commit(commit.Version);
            var content = await store.GetAsync(key, ct) ?? throw new DeltaFormatException(key, "a commit", "none");
            commits.Add(LogCommit.Parse(commit.Version, key, content));
        }
        return commits;
    }

    // The log and whatever programs keep beside the data. The feed's files are data.
    static bool IsHidden(string location)
    {
        var isFeed = location.StartsWith(ChangeFeed.Folder, StringComparison.Ordinal);
        return location[(isFeed ? ChangeFeed.Folder.Length : 0)..].Split('/')
            .Any(static part => part.StartsWith('_') || part.StartsWith('.'));
    }
}

/// <summary>What a vacuum removed, or would remove.</summary>
/// <param name="Keys">The files.</param>
/// <param name="Bytes">Their size.</param>
public sealed record VacuumReport(IReadOnlyList<string> Keys, long Bytes);
