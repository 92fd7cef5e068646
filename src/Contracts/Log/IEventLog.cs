namespace Tapline.Contracts.Log;

/// <summary>The log between ingest and stream: Kafka's model of topics, partitions and offsets. Nothing behind it is
/// visible here: a cluster, the embedded broker, or memory in a simulation.</summary>
public interface IEventLog : IAsyncDisposable
{
    /// <summary>Creates the topics that do not exist yet; those that do are left as they are.</summary>
    Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct);

    /// <summary>Every topic with its number of partitions, internal ones of the log itself left out.</summary>
    Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct);

    /// <summary>Opens a producer: idempotent, acknowledged by all replicas, lz4.</summary>
    IEventProducer OpenProducer(string clientId);

    /// <summary>Opens a reader that owns no partition yet.</summary>
    IEventReader OpenReader(string clientId);

    /// <summary>The first offset still held and the offset that the next record will get.</summary>
    Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct);

    /// <summary>Stores a group's offsets, for lag tools only: nothing of ours reads them back.</summary>
    Task CommitGroupOffsetsAsync(string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct);
}

/// <summary>A topic to create.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions, at least 1.</param>
/// <param name="Configuration">Kafka's topic settings, e.g. <c>cleanup.policy</c>.</param>
public sealed record TopicSpec(string Name, int Partitions, IReadOnlyDictionary<string, string>? Configuration = null);

/// <summary>A topic that exists.</summary>
public sealed record TopicInfo(string Name, int Partitions);

/// <summary>One partition of a topic.</summary>
public readonly record struct TopicPartition(string Topic, int Partition)
{
    /// <summary><c>topic[partition]</c>.</summary>
    public override string ToString() => $"{Topic}[{Partition}]";
}

/// <summary>Offsets from <paramref name="Start"/> (held) to <paramref name="End"/> (not yet written).</summary>
public readonly record struct OffsetRange(long Start, long End);
