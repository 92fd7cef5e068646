using Tapline.Contracts.Log;

namespace Tapline.Streaming.Quarantine;

/// <summary>A record of the replay topic, seen as the record that it was when it was read first.</summary>
/// <param name="Mark">Where it stood, and which try this is.</param>
/// <param name="Chunk">The chunk, named after the partition where the record stood.</param>
/// <param name="Slot">The record, at the offset where it stood.</param>
/// <param name="SentUs">When it was sent back, microseconds since 1970.</param>
sealed record ReplayedRecord(ReplayMark Mark, RecordChunk Chunk, RecordSlot Slot, long SentUs)
{
    /// <summary>Reads a record of the replay topic; null when it does not say where it stood.</summary>
    public static ReplayedRecord? Of(RecordChunk chunk, in RecordSlot slot) =>
        chunk.TryGetHeader(slot, "tapline.replay"u8, out var header) && ReplayMark.Parse(header) is { } mark
            ? new ReplayedRecord(
                mark,
                new RecordChunk(mark.Partition, chunk.Bytes, chunk.Slots, chunk.NextOffset),
                slot with { Offset = mark.Offset, TimestampMs = mark.TimestampMs },
                slot.TimestampMs * 1000)
            : null;
}
