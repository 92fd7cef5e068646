namespace Tapline.Contracts.Log;

/// <summary>Reads assigned partitions in offset order. Owned by one task. Throws <see cref="OffsetLostException"/> when
/// a
/// wanted offset is no longer held: never skips a gap.</summary>
public interface IEventReader : IAsyncDisposable
{
    /// <summary>Starts (or goes on) reading a partition at an offset. Replaces the position it had.</summary>
    void Assign(TopicPartition partition, long offset);

    /// <summary>Stops reading a partition.</summary>
    void Unassign(TopicPartition partition);

    /// <summary>Waits up to <paramref name="wait"/> for records and returns what is there, at most about
    /// <paramref name="bytesMax"/> bytes; empty when the wait ran out. Chunks are in offset order per partition.
    /// The chunks' memory is valid until the next call.</summary>
    ValueTask<IReadOnlyList<RecordChunk>> PollAsync(TimeSpan wait, int bytesMax, CancellationToken ct);
}

/// <summary>The wanted offset is outside what the log holds.</summary>
public sealed class OffsetLostException(TopicPartition partition, long wanted, OffsetRange held)
    : Exception($"offset {wanted} of {partition} is no longer held: the log has {held.Start} to {held.End}")
{
    /// <summary>The partition.</summary>
    public TopicPartition Partition { get; } = partition;

    /// <summary>The offset that was asked for.</summary>
    public long Wanted { get; } = wanted;

    /// <summary>What the log holds.</summary>
    public OffsetRange Held { get; } = held;
}
