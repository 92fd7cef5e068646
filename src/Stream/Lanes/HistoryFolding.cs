using Tapline.Contracts.Columns;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Lanes;

/// <summary>Keeps the files of a lane's history tables few: those of about one size, in one partition, are folded into
/// one when they are many.</summary>
sealed class HistoryFolding(StreamOptions options, LaneServices services)
{
    /// <summary>Folds some files of a table, as a commit of its own that changes no data. Whether there were
    /// any.</summary>
    public async Task<bool> RunAsync(DeltaTable table, string root, string lane, CancellationToken ct)
    {
        var files = Choose(table, lane);
        if (files.Length == 0)
            return false;
        var paths = new List<string>();
        foreach (var file in files)
            paths.Add(await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct));
        var columns = table.Snapshot.Schema.RemoveAll(column => table.Snapshot.PartitionColumns.Contains(column.Name));
        var rows = new ColumnBatch(columns);
        using (var connection = services.Duck.Connect())
        {
            using var result = connection.Query(LakeFileSql.Select(paths, columns, columns), ct: ct);
            result.CopyTo(rows);
        }
        var folded = await table.WriteDataFileAsync(rows, files[0].PartitionValues, lane, ct);
        return await table.CommitAsync(
            new DeltaCommit { Operation = "OPTIMIZE", Adds = [folded], Removes = [.. files], DataChange = false },
            ct) switch
        {
            CommitOutcome.Committed => true,
            // Somebody else was first, or nobody knows: the files are as good as they were.
            CommitOutcome.Conflict => false,
            var other => throw new IOException($"{root} could not be folded: {other}"),
        };
    }

    // The largest of the sizes that have too many files.
    AddFile[] Choose(DeltaTable table, string lane) => table.Snapshot.Files.Values
        .Where(file => file.Size < options.HistoryFileBytes && file.Lane == lane && file.DeletionVector is null)
        .GroupBy(static file => (Size: SizeClass.Of(file.Size), Partition: PartitionOf(file)))
        .Where(sizes => sizes.Count() > options.HistoryFilesMax)
        .OrderByDescending(static sizes => sizes.Key.Size)
        .ThenBy(static sizes => sizes.Key.Partition, StringComparer.Ordinal)
        .Select(Oldest)
        .FirstOrDefault([]);

    static string PartitionOf(AddFile file) =>
        string.Join('/', file.PartitionValues.OrderBy(static value => value.Key, StringComparer.Ordinal));

    AddFile[] Oldest(IEnumerable<AddFile> files)
    {
        var left = options.HistoryFileBytes;
        return [.. files.OrderBy(static file => file.ModificationTime)
            .ThenBy(static file => file.Location, StringComparer.Ordinal)
            .TakeWhile(file => (left -= file.Size) >= 0)];
    }
}
