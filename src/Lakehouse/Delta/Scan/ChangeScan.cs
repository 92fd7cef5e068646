using System.Collections.Immutable;
using System.Globalization;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.History;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Plans scans of what changed in a table: its columns and <c>_change_type</c> (<c>insert</c>,
/// <c>update_preimage</c>, <c>update_postimage</c>, <c>delete</c>), <c>_commit_version</c>,
/// <c>_commit_timestamp</c>.</summary>
public sealed class ChangeScan
{
    readonly IObjectStore _store;
    readonly LogFolder _folder;
    readonly DeltaSnapshot _end;
    readonly ScanPlanner _planner;
    readonly TableHistory _history;
    readonly ImmutableArray<ScanFile>.Builder _files = ImmutableArray.CreateBuilder<ScanFile>();
    bool _keepsChanges;

    ChangeScan(IObjectStore store, LogFolder folder, DeltaSnapshot end, TableHistory history)
    {
        _store = store;
        _folder = folder;
        _end = end;
        _history = history;
        _planner = new ScanPlanner(store, folder, end, byName: true);
    }

    /// <summary>Plans a scan of the changes of some versions, both ends included, with the columns of the last. Throws
    /// <see cref="DeltaUnsupportedException"/> when a commit rewrote rows without keeping which of them changed, or
    /// the columns changed so that older rows do not fit, and <see cref="DeltaFormatException"/> for what is missing or
    /// damaged.</summary>
    public static async Task<TableScan> PlanAsync(
        IObjectStore store, string root, long from, long through, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(through, from);
        var folder = new LogFolder(root);
        var loader = new SnapshotLoader(store, folder, new CheckpointReader());
        var history = await TableHistory.OpenAsync(store, root, ct)
            ?? throw new DeltaFormatException(folder.Prefix, "a table", "none");
        var start = (await loader.LoadAsync(from, ct))!;
        var end = (await loader.LoadAsync(through, ct))!;
        var scan = new ChangeScan(store, folder, end, history);
        scan.TakeOver(from, start.Metadata);
        for (var version = from; version <= through; version++)
            await scan.AddCommitAsync(await history.CommitAsync(version, ct), isFirst: version == from, ct);
        return new TableScan(scan.Columns(), scan._files.ToImmutable());
    }

    async Task AddCommitAsync(LogCommit commit, bool isFirst, CancellationToken ct)
    {
        if (!isFirst && commit.Metadata is { } metadata)
            TakeOver(commit.Version, metadata);
        var marks = new Marks(commit.Version, _history.TimeOf(commit));
        if (!commit.Changes.IsEmpty)
        {
            // They are all changes of the commit: what it adds and removes says nothing more.
            foreach (var file in commit.Changes)
                await AddFileAsync(file.Location, file.Size, file.PartitionValues, marks, "NULL", rows: null, ct);
            return;
        }
        var removes = commit.Removes
            .Where(static remove => remove.DataChange)
            .ToDictionary(static remove => remove.Location, StringComparer.Ordinal);
        var adds = commit.Adds.Where(static add => add.DataChange).ToList();
        var changed = adds.Count(add => removes.ContainsKey(add.Location));
        // Rows that a rewrite only moves cannot be told from changed ones.
        if (!_keepsChanges && adds.Count > changed && removes.Count > changed)
            throw Unsupported($"changes of version {commit.Version}, which the table did not keep");
        foreach (var add in adds)
        {
            if (removes.Remove(add.Location, out var before))
                await AddDifferenceAsync(add, before, marks, ct);
            else
            {
                await AddWholeAsync(
                    add.Location, add.Size, add.PartitionValues, add.DeletionVector, marks, "insert", ct);
            }
        }
        foreach (var remove in removes.Values)
        {
            var values = remove.PartitionValues ?? await PartitionValuesAsync(remove, commit.Version, ct);
            await AddWholeAsync(
                remove.Location, remove.Size, values, remove.DeletionVector, marks, "delete", ct);
        }
    }

    /// <summary>A file whose deletion vector is another one now.</summary>
    async Task AddDifferenceAsync(AddFile add, RemoveFile before, Marks marks, CancellationToken ct)
    {
        var deleted = await _planner.DeletedAsync(add.DeletionVector, ct);
        var restored = await _planner.DeletedAsync(before.DeletionVector, ct);
        var still = await _planner.DeletedAsync(add.DeletionVector, ct);
        deleted.ExceptWith(restored);
        restored.ExceptWith(still);
        foreach (var (rows, type) in new[] { (deleted, "delete"), (restored, "insert") })
        {
            if (rows.Count > 0)
            {
                await AddFileAsync(
                    add.Location, add.Size, add.PartitionValues, marks, SqlText.Literal(type),
                    new RowFilter(rows, Keeps: true), ct);
            }
        }
    }

    async Task AddWholeAsync(
        string location, long? size, IReadOnlyDictionary<string, string?> values, DeletionVector? vector, Marks marks,
        string type, CancellationToken ct)
    {
        var deleted = vector is null ? null : await _planner.DeletedAsync(vector, ct);
        var rows = deleted is null ? null : new RowFilter(deleted, Keeps: false);
        await AddFileAsync(location, size, values, marks, SqlText.Literal(type), rows, ct);
    }

    async Task AddFileAsync(
        string location, long? size, IReadOnlyDictionary<string, string?> values, Marks marks, string type,
        RowFilter? rows, CancellationToken ct)
    {
        var path = await _planner.PathAsync(location, size, ct);
        var constants = _planner.Constants(location, values);
        _files.Add(new ScanFile(path, [.. constants, type, marks.VersionSql, marks.TimeSql]) { Rows = rows });
    }

    /// <summary>A removal need not repeat the partition values: the version before has them.</summary>
    async Task<IReadOnlyDictionary<string, string?>> PartitionValuesAsync(
        RemoveFile remove, long version, CancellationToken ct)
    {
        if (_end.PartitionColumns.IsEmpty)
            return ImmutableDictionary<string, string?>.Empty;
        var before = await new SnapshotLoader(_store, _folder, new CheckpointReader()).LoadAsync(version - 1, ct);
        return before?.Files.GetValueOrDefault(remove.Id)?.PartitionValues
            ?? throw new DeltaFormatException(
                _folder.Commit(version), $"partition values of {remove.Location}", "none");
    }

    void TakeOver(long version, TableMetadata metadata)
    {
        _keepsChanges = TableFeatures.KeepsChanges(metadata);
        var schema = metadata.SchemaString is { } json
            ? DeltaSchema.Parse(json, _folder.Commit(version))
            : new DeltaSchema([]);
        var fits = metadata.PartitionColumns.SequenceEqual(_end.PartitionColumns, StringComparer.Ordinal)
            && schema.Fields.All(field => _end.Structure.Fields.Any(now =>
                now.Name == field.Name && now.Type == field.Type && now.PhysicalName == field.PhysicalName));
        if (!fits)
            throw Unsupported($"changes across other columns at version {version}");
    }

    DeltaUnsupportedException Unsupported(string what) => new(_folder.Table, "read", [what]);

    ImmutableArray<ScanColumn> Columns() =>
    [
        .. _planner.Columns,
        new ScanColumn(ChangeFeed.TypeColumn.Name, "VARCHAR")
        {
            IsStored = true,
            IsConstant = true,
            Key = SqlText.Literal(ChangeFeed.TypeColumn.Name),
            Alias = "change_type",
            Expression = "change_type",
        },
        new ScanColumn("_commit_version", "BIGINT") { IsConstant = true },
        new ScanColumn("_commit_timestamp", "TIMESTAMP WITH TIME ZONE") { IsConstant = true },
    ];

    readonly record struct Marks(long Version, DateTimeOffset At)
    {
        public string VersionSql => Version.ToString(CultureInfo.InvariantCulture);

        public string TimeSql => $"make_timestamptz({At.ToUnixTimeMilliseconds()}000)";
    }
}
