using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Maintenance;

/// <summary>Writes a table's small files, and those with deleted rows, again as few large ones. No row changes: readers
/// of changes pass over its commits.</summary>
public sealed class TableOptimizer(IObjectStore store, string root)
{
    /// <summary>Files of this size and more stay as they are while they have no deleted rows, in bytes.</summary>
    public long FileBytes { get; init; } = 64 << 20;

    /// <summary>Rows that one file gets at most; they are in memory while it is written.</summary>
    public long FileRowsMax { get; init; } = 1 << 20;

    /// <summary>Optimizes the whole table, one commit a file that is written. Where another writer is at the same files
    /// their commit counts, and they are left as they are. Throws <see cref="DeltaUnsupportedException"/> for a table
    /// that cannot be written here, or has columns that cannot.</summary>
    public async Task<OptimizeReport> RunAsync(DeltaTable table, CancellationToken ct)
    {
        var snapshot = table.Snapshot;
        if (snapshot.Structure.Fields.FirstOrDefault(field => snapshot.Schema.All(own => own.Name != field.Name))
            is { } foreign)
            throw new DeltaUnsupportedException(root, "written", [$"column {foreign.Name} of type {foreign.Type}"]);
        var report = new OptimizeReport(0, 0, 0, 0);
        foreach (var files in Bins(snapshot.Files.Values))
        {
            var added = await WriteAsync(table, files, ct);
            var commit = new DeltaCommit
            {
                Operation = "OPTIMIZE",
                Adds = added is null ? [] : [added],
                Removes = files,
                DataChange = false,
            };
            report += await table.CommitAsync(commit, ct) switch
            {
                CommitOutcome.Committed => new OptimizeReport(
                    commit.Adds.Length, files.Length, added?.Size ?? 0, files.Sum(static file => file.Size)),
                CommitOutcome.Conflict => new OptimizeReport(0, 0, 0, 0) { ConflictCount = 1 },
                var other => throw new IOException($"{root} could not be optimized: {other}"),
            };
        }
        return report;
    }

    // Files of one partition and one lane, oldest first, as many as a large file takes.
    IEnumerable<ImmutableArray<AddFile>> Bins(IEnumerable<AddFile> files)
    {
        var groups = files
            .Where(file => file.Size < FileBytes || file.DeletionVector is not null)
            .GroupBy(static file => $"{file.Lane}/{PartitionOf(file)}");
        foreach (var group in groups)
        {
            var bin = ImmutableArray.CreateBuilder<AddFile>();
            var (bytes, rows) = (0L, 0L);
            var ordered = group.OrderBy(static file => file.ModificationTime)
                .ThenBy(static file => file.Location, StringComparer.Ordinal);
            foreach (var file in ordered)
            {
                var count = file.RowCount ?? FileRowsMax;
                if (bin.Count > 0 && (bytes + file.Size > FileBytes || rows + count > FileRowsMax))
                {
                    if (IsWorth(bin))
                        yield return bin.ToImmutable();
                    bin.Clear();
                    (bytes, rows) = (0, 0);
                }
                bin.Add(file);
                (bytes, rows) = (bytes + file.Size, rows + count);
            }
            if (IsWorth(bin))
                yield return bin.ToImmutable();
        }
    }

    static string PartitionOf(AddFile file) =>
        string.Join('/', file.PartitionValues.OrderBy(static value => value.Key, StringComparer.Ordinal));

    static bool IsWorth(ImmutableArray<AddFile>.Builder bin) =>
        bin.Count > 1 || bin is [{ DeletionVector: not null }];

    // Null when none of the rows is left.
    async Task<AddFile?> WriteAsync(DeltaTable table, ImmutableArray<AddFile> files, CancellationToken ct)
    {
        var snapshot = table.Snapshot;
        var scan = await TableScan.PlanAsync(store, root, snapshot, files, ct);
        var columns = snapshot.Schema.RemoveAll(column => snapshot.PartitionColumns.Contains(column.Name));
        var rows = new ColumnBatch(columns);
        using (var database = DuckDbDatabase.Open())
        using (var connection = database.Connect())
        {
            new ScanSession(connection).Bind("rows", scan, ct);
            var stored = scan.Columns.Where(column => !snapshot.PartitionColumns.Contains(column.Name));
            using var result = connection.Query(ScanSession.Select("rows", scan, stored), ct: ct);
            result.CopyTo(rows);
        }
        return rows.Count == 0
            ? null
            : await table.WriteDataFileAsync(rows, files[0].PartitionValues, files[0].Lane ?? "", ct);
    }
}

/// <summary>What optimizing a table did.</summary>
/// <param name="AddedCount">Files written.</param>
/// <param name="RemovedCount">Files that they replace.</param>
/// <param name="AddedBytes">Bytes written.</param>
/// <param name="RemovedBytes">Bytes that they replace.</param>
public sealed record OptimizeReport(int AddedCount, int RemovedCount, long AddedBytes, long RemovedBytes)
{
    /// <summary>How often another writer was at the same files.</summary>
    public int ConflictCount { get; init; }

    /// <summary>Both together.</summary>
    public static OptimizeReport operator +(OptimizeReport left, OptimizeReport right) => new(
        left.AddedCount + right.AddedCount,
        left.RemovedCount + right.RemovedCount,
        left.AddedBytes + right.AddedBytes,
        left.RemovedBytes + right.RemovedBytes)
    {
        ConflictCount = left.ConflictCount + right.ConflictCount,
    };
}
