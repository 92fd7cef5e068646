namespace Tapline.Contracts.Log;

/// <summary>Appends records in order, per partition exactly once for the life of the producer.</summary>
public interface IEventProducer : IAsyncDisposable
{
    /// <summary>Queues a record; waits while the queue is full. Throws when an earlier record was refused for good.
    /// The record's memory may be reused as soon as this returns.</summary>
    ValueTask AppendAsync(EventRecord record, CancellationToken ct);

    /// <summary>Waits until every record appended before the call is acknowledged; throws when one was
    /// refused.</summary>
    Task FlushAsync(CancellationToken ct);
}

/// <summary>A record to append.</summary>
/// <param name="Topic">Where to.</param>
/// <param name="Key">Null for none.</param>
/// <param name="Value">Null for a tombstone.</param>
public readonly record struct EventRecord(string Topic, ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value)
{
    /// <summary>The partition; null lets the key decide (murmur2, as Kafka's Java client does).</summary>
    public int? Partition { get; init; }

    /// <summary>Headers in order; null for none.</summary>
    public IReadOnlyList<EventHeader>? Headers { get; init; }

    /// <summary>Milliseconds since 1970; null for the producer's clock.</summary>
    public long? TimestampMs { get; init; }
}

/// <summary>A record header.</summary>
public readonly record struct EventHeader(string Name, ReadOnlyMemory<byte> Value);
