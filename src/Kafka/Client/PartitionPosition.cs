using Tapline.Contracts.Log;

namespace Tapline.Kafka.Client;

/// <summary>How far the reading of one partition is. Assigning the partition again makes a new one, so that answers to
/// requests of the old one are known to be stale.</summary>
sealed class PartitionPosition(TopicPartition partition, long offset)
{
    /// <summary>The leader is not known.</summary>
    public const int NoLeader = -1;

    public TopicPartition Partition { get; } = partition;

    /// <summary>The offset that the caller is given next.</summary>
    public long Next { get; set; } = offset;

    /// <summary>The offset that is asked for next; ahead of <see cref="Next"/> by what has arrived and is not given
    /// yet.</summary>
    public long FetchNext { get; set; } = offset;

    /// <summary>The broker to ask, or <see cref="NoLeader"/>.</summary>
    public int Leader { get; set; } = NoLeader;

    /// <summary>False once the partition is assigned anew or no more.</summary>
    public bool IsAssigned { get; set; } = true;
}
