using Tapline.Contracts.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>The request for records and its answer, in the versions that our reader speaks.</summary>
/// <remarks>https://kafka.apache.org/protocol#The_Messages_Fetch; fields in order, with the version that added them.
/// </remarks>
static class FetchExchange
{
    public const short VersionMin = 4;
    public const short VersionMax = 11;

    const int NoReplica = -1;
    const int NoEpoch = -1;
    const long NoOffset = -1;

    /// <summary>
    /// replica: int32, wait ms: int32, bytes min: int32, bytes max: int32, isolation: int8,
    /// session: int32 (7), session epoch: int32 (7),
    /// [topic, [partition: int32, leader epoch: int32 (9), offset: int64, log start: int64 (5), bytes max: int32]*]*,
    /// forgotten: [] (7), rack: string (11).
    /// </summary>
    public static void WriteRequest(
        WireWriter writer, short version, IReadOnlyList<FetchTopic> topics, TimeSpan waitMax, int bytesMax)
    {
        writer.WriteInt32(NoReplica);
        writer.WriteInt32((int)waitMax.TotalMilliseconds);
        writer.WriteInt32(1);
        writer.WriteInt32(bytesMax);
        writer.WriteInt8(0); // Read uncommitted.
        if (version >= 7)
        {
            writer.WriteInt32(0); // No session: every request names all of its partitions.
            writer.WriteInt32(NoEpoch);
        }
        writer.WriteCount(topics.Count);
        foreach (var topic in topics)
        {
            writer.WriteString(topic.Name);
            writer.WriteCount(topic.Partitions.Count);
            foreach (var (partition, offset) in topic.Partitions)
            {
                writer.WriteInt32(partition);
                if (version >= 9)
                    writer.WriteInt32(NoEpoch);
                writer.WriteInt64(offset);
                if (version >= 5)
                    writer.WriteInt64(NoOffset);
                writer.WriteInt32(bytesMax);
            }
        }
        if (version >= 7)
            writer.WriteCount(0);
        if (version >= 11)
            writer.WriteString("");
    }

    /// <summary>
    /// throttle: int32, error: int16 (7), session: int32 (7), [topic, [partition: int32, error: int16,
    /// high watermark: int64, last stable: int64, log start: int64 (5), aborted: [producer: int64, offset: int64]*,
    /// preferred replica: int32 (11), records: bytes]*]*.
    /// </summary>
    public static void ReadAnswer(ReadOnlySpan<byte> answer, short version, List<FetchedPartition> partitions)
    {
        const int topicBytesMin = 6;
        const int partitionBytesMin = 30;
        var reader = new WireReader(answer);
        reader.ReadInt32();
        if (version >= 7)
        {
            if ((KafkaError)reader.ReadInt16() is var error && error != KafkaError.None)
                throw new MalformedMessageException($"the broker answers a fetch with {error}");
            reader.ReadInt32();
        }
        for (var topics = reader.ReadCount(topicBytesMin); topics > 0; topics--)
        {
            var topic = reader.ReadString();
            for (var left = reader.ReadCount(partitionBytesMin); left > 0; left--)
                partitions.Add(ReadPartition(ref reader, version, topic, answer.Length));
        }
    }

    static FetchedPartition ReadPartition(ref WireReader reader, short version, string topic, int answerLength)
    {
        const int abortedBytes = 2 * sizeof(long);
        var partition = new TopicPartition(topic, reader.ReadInt32());
        var error = (KafkaError)reader.ReadInt16();
        reader.ReadInt64();
        reader.ReadInt64();
        if (version >= 5)
            reader.ReadInt64();
        var aborted = reader.ReadNullableCount(abortedBytes);
        if (aborted > 0)
            reader.Take(aborted * abortedBytes);
        if (version >= 11)
            reader.ReadInt32();
        var length = reader.ReadNullableBytes().Length;
        var end = answerLength - reader.Remaining;
        return new FetchedPartition(partition, error, end - length, end);
    }
}

/// <summary>Partitions of one topic to fetch, each with its offset.</summary>
sealed record FetchTopic(string Name, IReadOnlyList<(int Partition, long Offset)> Partitions);

/// <summary>What came for one partition: record batches from <paramref name="Start"/> to <paramref name="End"/> of the
/// answer, the last of which may be cut off.</summary>
readonly record struct FetchedPartition(TopicPartition Partition, KafkaError Error, int Start, int End);
