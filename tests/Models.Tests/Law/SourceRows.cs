using System.Buffers;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Models;
using Tapline.Streaming;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Tables;

namespace Tapline.Models.Tests.Law;

/// <summary>The rows of one relation of a package outside of the engine: what a lane would hold of it.</summary>
sealed class SourceRows
{
    readonly ArrayBufferWriter<byte> _packed = new(256);
    readonly int[] _key;
    byte[] _keyBuffer = new byte[64];

    public SourceRows(Relation relation, StreamOptions options)
    {
        Relation = relation;
        Layout = new TableLayout(relation.Columns);
        Current = new CurrentTable(Layout, options);
        var keyed = relation.Columns.Where(static column => column.IsKey).OrderBy(static column => column.KeyOrdinal);
        string[] names = relation.Kind == RelationKind.Table
            ? [.. keyed.Select(static column => column.Name)]
            : ["_partition", "_offset"];
        _key = [.. names.Select(name => relation.Columns.Select(static c => c.Name).ToList().IndexOf(name))];
    }

    public Relation Relation { get; }

    public TableLayout Layout { get; }

    public CurrentTable Current { get; }

    public int Count => Current.State.Count;

    /// <summary>Puts the only row of a batch in place.</summary>
    public void Put(ColumnBatch row, long atUs)
    {
        _packed.ResetWrittenCount();
        RowCodec.Encode(
            row, 0, new RowMeta(new SourcePosition(1, 1), atUs, atUs),
            RowKey.Encode(row, 0, _key, ref _keyBuffer), _packed);
        Current.Put(_packed.WrittenSpan);
    }

    /// <summary>One of its rows, chosen by a number; null when there is none.</summary>
    public ColumnBatch? Pick(int number)
    {
        var slots = Current.State.LiveSlots().ToArray();
        return slots.Length == 0 ? null : Decode(slots[number % slots.Length]);
    }

    public void Remove(ColumnBatch row) => Current.Remove(RowKey.Encode(row, 0, _key, ref _keyBuffer));

    /// <summary>All rows.</summary>
    public ColumnBatch All()
    {
        var rows = new ColumnBatch(Relation.Columns);
        foreach (var slot in Current.State.LiveSlots())
            RowCodec.Decode(Current.State.Row(slot), rows.Columns, rows.Columns.Length);
        return rows;
    }

    ColumnBatch Decode(int slot)
    {
        var row = new ColumnBatch(Relation.Columns);
        RowCodec.Decode(Current.State.Row(slot), row.Columns, row.Columns.Length);
        return row;
    }
}
