using Tapline.Contracts.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>The request for the first or the next offset of a partition, and its answer.</summary>
static class OffsetsExchange
{
    public const short Version = 1;

    /// <summary>Asks for the offset that the next record will get.</summary>
    public const long Latest = -1;

    /// <summary>Asks for the first offset that is held.</summary>
    public const long Earliest = -2;

    /// <summary>replica: int32, [topic, [partition: int32, time: int64]*]*.</summary>
    public static void WriteRequest(WireWriter writer, TopicPartition partition, long which)
    {
        writer.WriteInt32(-1);
        writer.WriteCount(1);
        writer.WriteString(partition.Topic);
        writer.WriteCount(1);
        writer.WriteInt32(partition.Partition);
        writer.WriteInt64(which);
    }

    /// <summary>[topic, [partition: int32, error: int16, time: int64, offset: int64]*]*.</summary>
    public static long ReadAnswer(ReadOnlySpan<byte> answer)
    {
        const int topicBytesMin = 6;
        const int partitionBytes = 22;
        var reader = new WireReader(answer);
        var topics = reader.ReadCount(topicBytesMin);
        reader.ReadString();
        if (topics != 1 || reader.ReadCount(partitionBytes) != 1)
            throw new MalformedMessageException("an answer about several partitions where one was asked for");
        reader.ReadInt32();
        var error = (KafkaError)reader.ReadInt16();
        reader.ReadInt64();
        return error == KafkaError.None
            ? reader.ReadInt64()
            : throw new MalformedMessageException($"the broker answers {error} when asked for an offset");
    }
}
