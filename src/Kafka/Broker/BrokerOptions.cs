using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker;

/// <summary>How an embedded broker runs: where it keeps its logs, and what bounds it.</summary>
public sealed class BrokerOptions
{
    /// <summary>The folder that holds all its logs; made if it is absent. One broker at a time may have it.</summary>
    public required string DataDirectory { get; set; }

    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>Partitions of a topic that is created without a number.</summary>
    public int DefaultPartitions { get; set; } = 1;

    /// <summary>A client that asks for a topic which does not exist gets it.</summary>
    public bool AutoCreateTopics { get; set; } = true;

    /// <summary>When records reach the disk for sure.</summary>
    public FlushPolicy FlushPolicy { get; set; } = FlushPolicy.Every(TimeSpan.FromSeconds(1));

    /// <summary>How old a segment's newest record may become, unless the topic says otherwise; null for ever.</summary>
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How large a partition may become, unless the topic says otherwise; null for no limit.</summary>
    public long? RetentionBytes { get; set; }

    /// <summary>A segment is closed before it becomes larger, unless the topic says otherwise.</summary>
    public int SegmentBytes { get; set; } = 256 << 20;

    /// <summary>A segment is closed when its first batch is this old, unless the topic says otherwise.</summary>
    public TimeSpan SegmentAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The largest batch that a topic takes, unless it says otherwise.</summary>
    public int MessageBytesMax { get; set; } = (1 << 20) + 12;

    /// <summary>The largest request; a connection that announces more is closed.</summary>
    public int RequestBytesMax { get; set; } = 100 << 20;

    /// <summary>The most record bytes in one answer, but for a single batch that is larger.</summary>
    public int FetchBytesMax { get; set; } = 16 << 20;

    /// <summary>The most connections at once; more are closed as they come.</summary>
    public int ConnectionsMax { get; set; } = 1000;

    /// <summary>The most partitions of all topics together.</summary>
    public int PartitionsMax { get; set; } = 10_000;

    /// <summary>The most consumer groups.</summary>
    public int GroupsMax { get; set; } = 10_000;

    /// <summary>The most members of one group.</summary>
    public int GroupMembersMax { get; set; } = 1000;

    /// <summary>How long the first member of an empty group waits for others to share partitions with.</summary>
    public TimeSpan GroupInitialDelay { get; set; } = TimeSpan.Zero;

    /// <summary>The most idempotent producers that a partition remembers; the longest silent one is
    /// forgotten.</summary>
    public int ProducersPerPartitionMax { get; set; } = 10_000;

    /// <summary>How long a silent idempotent producer is remembered.</summary>
    public TimeSpan ProducerExpiry { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The pause between two rounds of retention and compaction.</summary>
    public TimeSpan MaintenanceInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most keys that one compaction holds in memory, at some 50 bytes each.</summary>
    public int CompactionKeysMax { get; set; } = 2_000_000;

    internal IRecordCodecs Codecs { get; set; } = RecordCodecs.Instance;
}
