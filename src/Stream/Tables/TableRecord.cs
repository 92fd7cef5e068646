using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Tables;

/// <summary>One decoded record on its way into a table.</summary>
/// <param name="Chunk">Where it lies.</param>
/// <param name="Slot">Its place there.</param>
/// <param name="Plan">Has decoded it: its row is the plan's last.</param>
/// <param name="Order">What is known of its topic.</param>
/// <param name="Gate">What is known of its partition.</param>
/// <param name="Meta">What it says of itself.</param>
readonly record struct TableRecord(
    RecordChunk Chunk, RecordSlot Slot, EventPlan Plan, TopicOrder Order, SequenceGate Gate, ChangeMeta Meta)
{
    /// <summary>Whether it is the first half of a change of key: its row goes on under another one.</summary>
    public bool Leaves =>
        Meta.Kind == ChangeKind.Delete && Chunk.TryGetHeader(Slot, "__debezium.newkey"u8, out _);

    /// <summary>Whether it is the second half of a change of key: its row was there under another one.</summary>
    public bool Arrives =>
        Meta.Kind == ChangeKind.Create && Chunk.TryGetHeader(Slot, "__debezium.oldkey"u8, out _);

    /// <summary>What its table has been through, when it is replayed out of quarantine; null in its own turn.</summary>
    public TablePast? Past { get; init; }

    /// <summary>What the history keeps of it beside its row.</summary>
    public ChangeStamp Stamp => ChangeStamp.Of(Chunk, Slot, Meta);
}
