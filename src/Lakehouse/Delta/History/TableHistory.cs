using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.History;

/// <summary>The versions of a table whose commits are still there: what each did, and which one was the newest at some
/// time.</summary>
public sealed class TableHistory
{
    readonly IObjectStore _store;
    readonly LogFolder _folder;
    readonly SnapshotLoader _loader;
    readonly LogListing _listing;
    readonly CommitTimes _times;

    TableHistory(IObjectStore store, LogFolder folder, SnapshotLoader loader, LogListing listing, CommitTimes times)
    {
        _store = store;
        _folder = folder;
        _loader = loader;
        _listing = listing;
        _times = times;
    }

    /// <summary>The newest version.</summary>
    public long Newest => _listing.LastVersion;

    /// <summary>Opens the history of the table in a folder; null when there is no table. Throws as
    /// <see cref="DeltaTable.OpenAsync"/> does.</summary>
    public static async Task<TableHistory?> OpenAsync(IObjectStore store, string root, CancellationToken ct)
    {
        var folder = new LogFolder(root);
        var loader = new SnapshotLoader(store, folder, new CheckpointReader());
        if (await loader.LoadAsync(version: null, ct) is not { } snapshot)
            return null;
        var listing = await LogListing.ReadAsync(store, folder, from: 0, snapshot.Version, ct);
        return new TableHistory(
            store, folder, loader, listing, new CommitTimes(Unbroken(listing), snapshot.Protocol, snapshot.Metadata));
    }

    /// <summary>The commits from the newest back, at most <paramref name="countMax"/>.</summary>
    public async Task<ImmutableArray<CommitRecord>> ReadAsync(int countMax, CancellationToken ct)
    {
        var records = ImmutableArray.CreateBuilder<CommitRecord>();
        for (var i = _times.Commits.Length - 1; i >= 0 && records.Count < countMax; i--)
        {
            var commit = await CommitAsync(_times.Commits[i].Version, ct);
            records.Add(Record(commit, DateTimeOffset.FromUnixTimeMilliseconds(Time(i, commit))));
        }
        return records.ToImmutable();
    }

    /// <summary>The version that was the newest at a time. Throws <see cref="TaplineException"/> when the log does not
    /// reach back so far.</summary>
    public async Task<long> VersionAtAsync(DateTimeOffset at, CancellationToken ct)
    {
        var wanted = at.ToUnixTimeMilliseconds();
        var commits = _times.Commits;
        // Commits before the first checkpoint make no version once the log is cleaned up.
        var first = commits.Length > 0 && commits[0].Version == 0 || _listing.Checkpoints.IsEmpty
            ? 0
            : commits.Count(commit => commit.Version < _listing.Checkpoints[^1].Version);
        var own = commits.Count(commit => commit.Version < _times.FirstOwn);
        var (from, to) = wanted >= _times.FirstOwnMs ? (Math.Max(first, own), commits.Length) : (first, own);
        // The last one that is no later than wanted.
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (await TimeAsync(middle, ct) <= wanted)
                from = middle + 1;
            else
                to = middle;
        }
        if (from > first)
            return commits[from - 1].Version;
        var oldest = first < commits.Length
            ? DateTimeOffset.FromUnixTimeMilliseconds(await TimeAsync(first, ct)).ToString("O", null)
            : "nothing";
        throw new TaplineException(
            $"table {_folder.Table} has no version of {at.ToString("O", CultureInfo.InvariantCulture)}",
            $"its log reaches back to {oldest}");
    }

    /// <summary>When a version was made. Throws <see cref="DeltaFormatException"/> when its commit is gone.</summary>
    internal DateTimeOffset TimeOf(LogCommit commit)
    {
        var index = (int)(commit.Version - (_times.Commits.IsEmpty ? 0 : _times.Commits[0].Version));
        return index >= 0 && index < _times.Commits.Length
            ? DateTimeOffset.FromUnixTimeMilliseconds(Time(index, commit))
            : throw Missing(commit.Version);
    }

    /// <summary>The commit that made a version.</summary>
    internal async Task<LogCommit> CommitAsync(long version, CancellationToken ct) =>
        await _loader.ReadCommitAsync(version, ct) ?? throw Missing(version);

    async Task<long> TimeAsync(int index, CancellationToken ct)
    {
        var version = _times.Commits[index].Version;
        return version < _times.FirstOwn
            ? _times.OfFile(index)
            : CommitTimes.Own(await CommitAsync(version, ct), _folder.Commit(version));
    }

    long Time(int index, LogCommit commit) => commit.Version < _times.FirstOwn
        ? _times.OfFile(index)
        : CommitTimes.Own(commit, _folder.Commit(commit.Version));

    DeltaFormatException Missing(long version) => new(_folder.Commit(version), "a commit", "none");

    /// <summary>The commits up to the newest without a gap: older ones behind a gap make up no version.</summary>
    static ImmutableArray<CommitFile> Unbroken(LogListing listing)
    {
        var start = listing.Commits.Length;
        while (start > 0 && (start == listing.Commits.Length
            || listing.Commits[start - 1].Version == listing.Commits[start].Version - 1))
            start--;
        return listing.Commits[start..];
    }

    static CommitRecord Record(LogCommit commit, DateTimeOffset at)
    {
        var record = new CommitRecord(commit.Version, at);
        return commit.Info is not { } info ? record : record with
        {
            Operation = Text(info, "operation"),
            Engine = Text(info, "engineInfo"),
            Parameters = record.Parameters.AddRange(Entries(info, "operationParameters")),
            Metrics = record.Metrics.AddRange(Entries(info, "operationMetrics")),
        };
    }

    static string? Text(JsonElement info, string name) =>
        info.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static IEnumerable<KeyValuePair<string, string>> Entries(JsonElement info, string name) =>
        info.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Object
            ? values.EnumerateObject()
                .DistinctBy(static entry => entry.Name)
                .Where(static entry => entry.Value.ValueKind != JsonValueKind.Null)
                .Select(static entry => KeyValuePair.Create(entry.Name, entry.Value.ToString()))
            : [];
}
