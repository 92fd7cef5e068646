using System.Buffers;
using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Lanes;

/// <summary>The rows that the lake has of a current table, or of a model's.</summary>
/// <param name="services">What the lane works with.</param>
/// <param name="table">The table.</param>
/// <param name="root">Its folder.</param>
/// <param name="bookkeeping">Its four columns that are no values of the row.</param>
sealed class StoredRows(
    LaneServices services, DeltaTable table, string root, ImmutableArray<ColumnSchema> bookkeeping)
{
    /// <summary>Loads all rows.</summary>
    /// <param name="snapshot">The version of the table.</param>
    /// <param name="rows">Takes the rows and the files that hold them.</param>
    /// <param name="layout">The table's columns.</param>
    /// <param name="keyColumns">Which of them make up the key; none for a table without one.</param>
    /// <param name="ct">Ends it.</param>
    public async Task LoadAsync(
        DeltaSnapshot snapshot, CurrentTable rows, TableLayout layout, int[] keyColumns, CancellationToken ct)
    {
        var columns = layout.Columns.AddRange(bookkeeping);
        using var connection = services.Duck.Connect();
        foreach (var add in snapshot.Files.Values)
        {
            var path = await services.Lake.LocalPathAsync($"{root}/{add.Location}", ct);
            var deleted = await table.ReadDeletedRowsAsync(add, ct);
            using var result = connection.Query(
                LakeFileSql.Select(path, columns, snapshot.StoredName), ct: ct);
            LoadFile(rows, add, deleted, result, columns, keyColumns);
        }
    }

    void LoadFile(
        CurrentTable rows,
        AddFile add,
        RoaringBitmap? deleted,
        DuckDbResult result,
        ImmutableArray<ColumnSchema> columns,
        int[] keyColumns)
    {
        var batch = new ColumnBatch(columns);
        result.CopyTo(batch);
        var file = rows.AddFile(add, batch.Count);
        var packed = new ArrayBufferWriter<byte>(512);
        var key = new byte[64];
        var source = new ColumnBatch(columns[..^bookkeeping.Length], batch.Columns);
        var marks = batch.Columns.AsSpan()[source.Columns.Length..];
        var keyless = keyColumns.Length == 0 ? new KeylessRows(rows) : null;
        for (var row = 0; row < batch.Count; row++)
        {
            if (deleted?.Contains(row) == true)
                continue;
            var meta = new RowMeta(
                new SourcePosition(marks[0].Int64s[row], marks[1].Int64s[row]),
                marks[2].Int64s[row],
                marks[3].Int64s[row]);
            if (keyless is not null)
            {
                rows.AddStored(keyless.Pack(source, row, meta), file, row);
                continue;
            }
            packed.ResetWrittenCount();
            RowCodec.Encode(source, row, meta, RowKey.Encode(source, row, keyColumns, ref key), packed);
            rows.AddStored(packed.WrittenSpan, file, row);
        }
    }
}
