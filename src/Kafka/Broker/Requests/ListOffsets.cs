using Tapline.Kafka.Broker.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Finds offsets: the first, the next to be written, or the first at or after a time (-1 when there is
/// none).</summary>
sealed class ListOffsets(BrokerServices services) : ImmediateHandler(ApiKey.ListOffsets, 1, 5)
{
    const long Latest = -1;
    const long Earliest = -2;
    const int TopicBytesMin = 6;
    const int PartitionBytesMin = 12;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        reader.ReadInt32(); // The replica.
        if (version >= 2)
            reader.ReadInt8(); // The isolation level.
        var topics = reader.ReadCount(TopicBytesMin);
        if (version >= 2)
            writer.WriteInt32(0);
        writer.WriteCount(topics);
        for (var t = 0; t < topics; t++)
        {
            var name = reader.ReadString();
            var partitions = reader.ReadCount(PartitionBytesMin);
            writer.WriteString(name);
            writer.WriteCount(partitions);
            for (var p = 0; p < partitions; p++)
            {
                var partition = reader.ReadInt32();
                if (version >= 4)
                    reader.ReadInt32(); // The leader's epoch, which never changes.
                Write(writer, version, partition, Find(name, partition, reader.ReadInt64()));
            }
        }
    }

    FoundOffset Find(string topic, int partition, long timestampMs)
    {
        if (services.Topics.Find(topic, partition) is not { } log)
            return new FoundOffset(KafkaError.UnknownTopicOrPartition, -1, -1);
        if (timestampMs is Latest or Earliest)
            return new FoundOffset(KafkaError.None, timestampMs == Latest ? log.EndOffset : log.StartOffset, -1);
        if (timestampMs < 0)
            return new FoundOffset(KafkaError.InvalidRequest, -1, -1);
        try
        {
            return TimeLookup.Find(log, timestampMs, services.Options.Codecs, services.Options.RequestBytesMax)
                is var (offset, foundMs)
                ? new FoundOffset(KafkaError.None, offset, foundMs)
                : new FoundOffset(KafkaError.None, -1, -1);
        }
        catch (Exception failure) when (failure is MalformedMessageException or ObjectDisposedException)
        {
            return new FoundOffset(KafkaError.NotLeaderOrFollower, -1, -1); // The client asks again.
        }
    }

    static void Write(WireWriter writer, short version, int partition, FoundOffset found)
    {
        writer.WriteInt32(partition);
        writer.WriteError(found.Error);
        writer.WriteInt64(found.TimestampMs);
        writer.WriteInt64(found.Offset);
        if (version >= 4)
            writer.WriteInt32(found.Offset < 0 ? -1 : PartitionLog.LeaderEpoch);
    }

    readonly record struct FoundOffset(KafkaError Error, long Offset, long TimestampMs);
}
