using Tapline.Kafka.Broker.Groups;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Stores a group's offsets, if they come from a member of the current generation.</summary>
sealed class OffsetCommit(BrokerServices services) : ImmediateHandler(ApiKey.OffsetCommit, 2, 7)
{
    const int TopicBytesMin = 6;
    const int PartitionBytesMin = 14;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        var group = reader.ReadString();
        var generation = reader.ReadInt32();
        var memberId = reader.ReadString();
        var instanceId = version >= 7 ? reader.ReadNullableString() : null;
        if (version <= 4)
            reader.ReadInt64(); // How long to keep them: the group's life decides.
        var topics = ReadTopics(ref reader, version, services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var error = Commit(group, memberId, instanceId, generation, topics);
        if (version >= 3)
            writer.WriteInt32(0);
        writer.WriteCount(topics.Count);
        foreach (var (name, partitions) in topics)
        {
            writer.WriteString(name);
            writer.WriteCount(partitions.Count);
            foreach (var (key, committed) in partitions)
            {
                writer.WriteInt32(key.Partition);
                writer.WriteError(error != KafkaError.None ? error : Check(key, committed));
            }
        }
    }

    static List<(string Name, List<KeyValuePair<OffsetKey, CommittedOffset>> Partitions)> ReadTopics(
        ref WireReader reader, short version, long nowMs)
    {
        List<(string, List<KeyValuePair<OffsetKey, CommittedOffset>>)> topics = [];
        for (var left = reader.ReadCount(TopicBytesMin); left > 0; left--)
        {
            var name = reader.ReadString();
            List<KeyValuePair<OffsetKey, CommittedOffset>> partitions = [];
            for (var count = reader.ReadCount(PartitionBytesMin); count > 0; count--)
            {
                var key = new OffsetKey(name, reader.ReadInt32());
                var offset = reader.ReadInt64();
                var leaderEpoch = version >= 6 ? reader.ReadInt32() : -1;
                partitions.Add(new(key, new CommittedOffset(offset, leaderEpoch, reader.ReadNullableString(), nowMs)));
            }
            topics.Add((name, partitions));
        }
        return topics;
    }

    KafkaError Commit(string group, string memberId, string? instanceId, int generation,
        List<(string Name, List<KeyValuePair<OffsetKey, CommittedOffset>> Partitions)> topics)
    {
        var error = services.Groups.CheckCommit(group, memberId, instanceId, generation);
        return error != KafkaError.None
            ? error
            : services.Groups.Offsets.Commit(group, [
                .. topics.SelectMany(topic => topic.Partitions).Where(p => Check(p.Key, p.Value) == KafkaError.None)]);
    }

    KafkaError Check(OffsetKey key, CommittedOffset committed) =>
        services.Topics.Find(key.Topic, key.Partition) is null ? KafkaError.UnknownTopicOrPartition
        : committed.Metadata?.Length > OffsetStore.MetadataLettersMax ? KafkaError.OffsetMetadataTooLarge
        : KafkaError.None;
}
