namespace Tapline.Kafka.Client;

/// <summary>How to reach a Kafka cluster, and the bounds that its client keeps.</summary>
public sealed class KafkaOptions
{
    /// <summary>One or more <c>host:port</c>, separated by commas.</summary>
    public required string BootstrapServers { get; set; }

    /// <summary>Settings passed on to librdkafka by their own names (<c>security.protocol</c>, <c>sasl.mechanism</c>).
    /// They may contain secrets and are never logged. They cannot switch off idempotence or <c>acks=all</c>.</summary>
    public IReadOnlyDictionary<string, string> Client { get; set; } = new Dictionary<string, string>();

    /// <summary>The largest record, in bytes of key, value and headers, that a producer takes. The topic's own
    /// <c>max.message.bytes</c> may be lower.</summary>
    public int RecordBytesMax { get; set; } = 16 << 20;

    /// <summary>The most bytes that one compressed batch may become; more is refused as a bomb.</summary>
    public int BatchBytesMax { get; set; } = 128 << 20;

    /// <summary>The most bytes that a producer queues before <c>AppendAsync</c> waits.</summary>
    public int QueueBytesMax { get; set; } = 64 << 20;

    /// <summary>Replicas of topics that we create; -1 for the cluster's default.</summary>
    public short ReplicationFactor { get; set; } = -1;

    /// <summary>How long a connection or a request may take.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether brokers are spoken to without TLS and without SASL.</summary>
    internal bool IsPlaintext =>
        !Client.TryGetValue("security.protocol", out var protocol)
        || protocol.Equals("plaintext", StringComparison.OrdinalIgnoreCase);
}
