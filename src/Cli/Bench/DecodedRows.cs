using System.Buffers;
using Tapline.Contracts.Log;
using Tapline.Streaming;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Tables;

namespace Tapline.Cli.Bench;

/// <summary>A table's events after decoding: what the stages behind the decoder begin with.</summary>
sealed class DecodedRows
{
    static readonly StreamOptions Options = new() { Pipeline = "bench", Prefix = "bar" };

    readonly BarEvents _events;

    /// <summary>Decodes all events of a table.</summary>
    public DecodedRows(BarEvents events)
    {
        _events = events;
        Layout = new TableLayout([]);
        Layout.Evolve(events.Table.Schema);
        Plan = new EventPlan(events.Table.Schema, Layout);
        foreach (var chunk in events.Chunks)
        {
            foreach (var slot in chunk.Slots.Span)
            {
                Plan.Decoder.Decode(
                    chunk.Key(slot), keyIsNull: false, chunk.Value(slot), valueIsNull: false, Plan.Rows);
            }
        }
        if (Plan.Rows.Count != events.Rows.Count)
            throw new InvalidDataException($"{Plan.Rows.Count} of {events.Rows.Count} events could be decoded");
    }

    /// <summary>The lake's columns.</summary>
    public TableLayout Layout { get; }

    /// <summary>Holds the rows.</summary>
    public EventPlan Plan { get; }

    /// <summary>An empty table in a lane.</summary>
    public TableStream NewStream() =>
        new(
            _events.Table.Schema.Table,
            Layout,
            new CurrentTable(Layout, Options),
            new QuarantineBuffer(),
            new SchemaHistoryBuffer());

    /// <summary>Every change as a row of the history table.</summary>
    public HistoryBuffer AddTo(HistoryBuffer history)
    {
        var row = 0;
        foreach (var chunk in _events.Chunks)
        {
            foreach (var slot in chunk.Slots.Span)
                history.Add(Plan.Rows.Values, row, Stamp(row++, chunk.Partition, slot));
        }
        return history;
    }

    /// <summary>Puts every row into its place among the current rows, as <see cref="TableStream"/> does.</summary>
    public void PutInto(CurrentTable current)
    {
        var key = new byte[64];
        var packed = new ArrayBufferWriter<byte>(512);
        for (var row = 0; row < Plan.Rows.Count; row++)
        {
            var name = RowKey.Encode(Plan.Rows.Values, row, Plan.KeyColumns, ref key);
            current.State.TryFind(name, out _);
            packed.ResetWrittenCount();
            var meta = Plan.Rows.Metas[row];
            RowCodec.Encode(Plan.Rows.Values, row, new RowMeta(meta.Position, meta.SourceTimestampUs, 0), name, packed);
            current.Put(packed.WrittenSpan);
        }
    }

    /// <summary>The packed rows, in the events' order.</summary>
    public (string Key, byte[] Packed)[] Packed()
    {
        var all = new (string, byte[])[Plan.Rows.Count];
        var key = new byte[64];
        var packed = new ArrayBufferWriter<byte>(512);
        for (var row = 0; row < all.Length; row++)
        {
            var name = RowKey.Encode(Plan.Rows.Values, row, Plan.KeyColumns, ref key);
            packed.ResetWrittenCount();
            RowCodec.Encode(Plan.Rows.Values, row, default, name, packed);
            all[row] = (Convert.ToHexString(name), packed.WrittenSpan.ToArray());
        }
        return all;
    }

    ChangeStamp Stamp(int row, TopicPartition partition, in RecordSlot slot)
    {
        var meta = Plan.Rows.Metas[row];
        return new ChangeStamp(meta.Kind, new RowMeta(meta.Position, meta.SourceTimestampUs, slot.TimestampMs * 1_000),
            meta.TransactionId, partition, slot.Offset);
    }
}
