using System.Diagnostics;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tables;

/// <summary>The changes of one table since the last epoch, as rows of its history table.</summary>
sealed class HistoryBuffer
{
    int _sourceColumns;

    /// <summary>An empty buffer for a layout.</summary>
    public HistoryBuffer(TableLayout layout)
    {
        Rows = new ColumnBatch(layout.Columns.AddRange(BookkeepingColumns.History));
        _sourceColumns = layout.Columns.Length;
    }

    /// <summary>The rows so far.</summary>
    public ColumnBatch Rows { get; private set; }

    /// <summary>Takes on changed columns; rows so far are null in new ones.</summary>
    public void Follow(LayoutChange change)
    {
        var wider = new ColumnBatch(change.After.AddRange(BookkeepingColumns.History));
        var added = change.After.Length - _sourceColumns;
        for (var i = 0; i < wider.Columns.Length; i++)
        {
            var isNew = i >= _sourceColumns && i < change.After.Length;
            var from = isNew ? null : Rows.Columns[i < _sourceColumns ? i : i - added];
            for (var row = 0; row < Rows.Count; row++)
            {
                if (from is null)
                    wider.Columns[i].AppendNull();
                else if (!ValueConversion.TryAppend(from, row, wider.Columns[i]))
                    throw new UnreachableException("a column was widened to a type that does not hold its values");
            }
        }
        Rows = wider;
        _sourceColumns = change.After.Length;
    }

    /// <summary>Adds a change with the row it leaves (its columns in the layout's order).</summary>
    public void Add(ColumnBatch image, int row, in ChangeStamp stamp)
    {
        for (var i = 0; i < _sourceColumns; i++)
            Rows.Columns[i].AppendFrom(image.Columns[i], row);
        AddStamp(stamp);
    }

    /// <summary>Adds a change with the packed row that it found.</summary>
    public void Add(ReadOnlySpan<byte> packed, in ChangeStamp stamp)
    {
        RowCodec.Decode(packed, Rows.Columns, _sourceColumns);
        AddStamp(stamp);
    }

    /// <summary>Adds a change without a row.</summary>
    public void Add(in ChangeStamp stamp)
    {
        for (var i = 0; i < _sourceColumns; i++)
            Rows.Columns[i].AppendNull();
        AddStamp(stamp);
    }

    void AddStamp(in ChangeStamp stamp)
    {
        var columns = Rows.Columns.AsSpan()[_sourceColumns..];
        columns[0].Append([(byte)stamp.Kind]);
        columns[1].Append(stamp.Row.Position.Commit);
        columns[2].Append(stamp.Row.Position.Lsn);
        if (stamp.TransactionId < 0)
            columns[3].AppendNull();
        else
            columns[3].Append(stamp.TransactionId);
        columns[4].Append(stamp.Row.SourceTimestampUs);
        columns[5].Append(stamp.Row.IngestedUs);
        columns[6].Append(stamp.Partition.Partition);
        columns[7].Append(stamp.Offset);
    }
}

/// <summary>What is known of a change beside its row.</summary>
readonly record struct ChangeStamp(
    ChangeKind Kind, RowMeta Row, long TransactionId, TopicPartition Partition, long Offset)
{
    /// <summary>What a record says.</summary>
    public static ChangeStamp Of(RecordChunk chunk, in RecordSlot slot, in ChangeMeta meta) => new(
        meta.Kind,
        new RowMeta(meta.Position, meta.SourceTimestampUs, slot.TimestampMs * 1000),
        meta.TransactionId,
        chunk.Partition,
        slot.Offset);
}
