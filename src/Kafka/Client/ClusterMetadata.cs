using Tapline.Contracts.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>Which broker leads which partition.</summary>
sealed class ClusterMetadata
{
    /// <summary>The newest version that this speaks; it is also the oldest that forbids creating topics by asking.
    /// </summary>
    public const short Version = 4;

    readonly Dictionary<TopicPartition, int> _leaders = [];

    /// <summary>The brokers by their ids.</summary>
    public Dictionary<int, BrokerAddress> Brokers { get; } = [];

    /// <summary>Why topics or partitions have no leader, by name.</summary>
    public Dictionary<string, KafkaError> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>The leader of a partition whose address is known; false when there is none.</summary>
    public bool TryGetLeader(TopicPartition partition, out int broker) =>
        _leaders.TryGetValue(partition, out broker) && Brokers.ContainsKey(broker);

    /// <summary>Asks about topics, without creating them.</summary>
    public static void WriteRequest(WireWriter writer, IReadOnlyCollection<string> topics)
    {
        writer.WriteCount(topics.Count);
        foreach (var topic in topics)
            writer.WriteString(topic);
        writer.WriteBool(false);
    }

    /// <summary>
    /// throttle: int32, [broker: int32, host, port: int32, rack]*, cluster id, controller: int32,
    /// [error: int16, topic, internal: bool, [error: int16, partition: int32, leader: int32, replicas, in sync]*]*.
    /// </summary>
    public static ClusterMetadata Read(ReadOnlySpan<byte> answer)
    {
        const int brokerBytesMin = 12;
        const int topicBytesMin = 9;
        const int partitionBytesMin = 18;
        var metadata = new ClusterMetadata();
        var reader = new WireReader(answer);
        reader.ReadInt32();
        for (var left = reader.ReadCount(brokerBytesMin); left > 0; left--)
        {
            var id = reader.ReadInt32();
            metadata.Brokers[id] = new BrokerAddress(reader.ReadString(), reader.ReadInt32());
            reader.ReadNullableString();
        }
        reader.ReadNullableString();
        reader.ReadInt32();
        for (var topics = reader.ReadCount(topicBytesMin); topics > 0; topics--)
        {
            var error = (KafkaError)reader.ReadInt16();
            var topic = reader.ReadString();
            if (error != KafkaError.None)
                metadata.Errors[topic] = error;
            reader.ReadBool();
            for (var partitions = reader.ReadCount(partitionBytesMin); partitions > 0; partitions--)
                metadata.ReadPartition(ref reader, topic);
        }
        return metadata;
    }

    void ReadPartition(ref WireReader reader, string topic)
    {
        var error = (KafkaError)reader.ReadInt16();
        var partition = new TopicPartition(topic, reader.ReadInt32());
        var leader = reader.ReadInt32();
        for (var replicas = reader.ReadCount(sizeof(int)); replicas > 0; replicas--)
            reader.ReadInt32();
        for (var inSync = reader.ReadCount(sizeof(int)); inSync > 0; inSync--)
            reader.ReadInt32();
        // A replica that lags is no reason not to read from the leader.
        if (leader >= 0)
            _leaders[partition] = leader;
        else
            Errors[partition.ToString()] = error;
    }
}
