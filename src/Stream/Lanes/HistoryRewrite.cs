using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Streaming.Lanes;

/// <summary>Writes the files of a history table again under columns that have become wider, one file at a time, so that
/// readers without type widening read them right. Nothing counts until it is committed.</summary>
sealed class HistoryRewrite(LaneServices services, DeltaTable table, string root)
{
    /// <summary>Writes what has to be written again for these columns. The files are marked as rearranging rows
    /// only.</summary>
    public async Task<RewrittenFiles> RunAsync(
        ImmutableArray<ColumnSchema> columns, string lane, CancellationToken ct)
    {
        var before = table.Snapshot.Schema;
        var retyped = columns
            .Where(column => before.Any(known => known.Name == column.Name && !known.HasTypeOf(column)))
            .Select(static column => column.Name)
            .ToArray();
        if (retyped.Length == 0)
            return new RewrittenFiles([], []);
        var adds = ImmutableArray.CreateBuilder<AddFile>();
        var removes = ImmutableArray.CreateBuilder<AddFile>();
        foreach (var file in table.Snapshot.Files.Values)
        {
            if (await WriteAsync(file, columns, retyped, lane, ct) is not { } written)
                continue;
            adds.Add(written with { DataChange = false });
            removes.Add(file with { DataChange = false });
        }
        return new RewrittenFiles(adds.ToImmutable(), removes.ToImmutable());
    }

    async Task<AddFile?> WriteAsync(
        AddFile file, ImmutableArray<ColumnSchema> columns, string[] retyped, string lane, CancellationToken ct)
    {
        var path = await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct);
        var rows = new ColumnBatch(columns);
        using (var connection = services.Duck.Connect())
        {
            using (var found = connection.Query(LakeFileSql.Has(path, retyped), ct: ct))
            {
                if (!found.Chunks().Any(static chunk => chunk.Count > 0))
                    return null;
            }
            using var result = connection.Query(LakeFileSql.Select(path, columns), ct: ct);
            result.CopyTo(rows);
        }
        return await table.WriteDataFileAsync(rows, null, lane, ct);
    }
}

/// <summary>Files of a table that hold the rows of other files.</summary>
/// <param name="Adds">The new files.</param>
/// <param name="Removes">The files whose place they take.</param>
sealed record RewrittenFiles(ImmutableArray<AddFile> Adds, ImmutableArray<AddFile> Removes);
