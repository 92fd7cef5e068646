using Tapline.Kafka.Broker.Groups;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Tells a group's offsets; -1 where it committed none.</summary>
sealed class OffsetFetch(BrokerServices services) : ImmediateHandler(ApiKey.OffsetFetch, 1, 5)
{
    const int TopicBytesMin = 6;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        var group = reader.ReadString();
        var topics = ReadTopics(ref reader, version) ?? AllOf(group);
        if (version >= 3)
            writer.WriteInt32(0);
        writer.WriteCount(topics.Count);
        foreach (var (name, partitions) in topics)
        {
            writer.WriteString(name);
            writer.WriteCount(partitions.Count);
            foreach (var partition in partitions)
                Write(writer, version, partition, services.Groups.Offsets.Find(group, new OffsetKey(name, partition)));
        }
        if (version >= 2)
            writer.WriteError(KafkaError.None);
    }

    static List<(string Name, List<int> Partitions)>? ReadTopics(ref WireReader reader, short version)
    {
        var count = version >= 2 ? reader.ReadNullableCount(TopicBytesMin) : reader.ReadCount(TopicBytesMin);
        if (count < 0)
            return null;
        List<(string, List<int>)> topics = [];
        for (; count > 0; count--)
        {
            var name = reader.ReadString();
            List<int> partitions = [];
            for (var left = reader.ReadCount(sizeof(int)); left > 0; left--)
                partitions.Add(reader.ReadInt32());
            topics.Add((name, partitions));
        }
        return topics;
    }

    List<(string Name, List<int> Partitions)> AllOf(string group) =>
    [
        .. services.Groups.Offsets.All(group).Keys
            .GroupBy(key => key.Topic, key => key.Partition)
            .Select(topic => (topic.Key, topic.ToList())),
    ];

    static void Write(WireWriter writer, short version, int partition, CommittedOffset? committed)
    {
        writer.WriteInt32(partition);
        writer.WriteInt64(committed?.Offset ?? -1);
        if (version >= 5)
            writer.WriteInt32(committed?.LeaderEpoch ?? -1);
        writer.WriteString(committed?.Metadata ?? "");
        writer.WriteError(KafkaError.None);
    }
}
