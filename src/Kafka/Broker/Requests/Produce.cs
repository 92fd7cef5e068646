using System.Runtime.InteropServices;
using Tapline.Kafka.Broker.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Appends batches of format 2, each to its partition. There is one replica, so <c>acks=1</c> and
/// <c>acks=all</c> mean the same; with <c>acks=0</c> no answer is sent.</summary>
sealed class Produce(BrokerServices services) : ApiHandler(ApiKey.Produce, 3, 8)
{
    const int TopicBytesMin = 6;
    const int PartitionBytesMin = 8;

    public override ValueTask<bool> AnswerAsync(Request request, ResponseBuffer response, CancellationToken ct)
    {
        var version = request.Version;
        var reader = request.Reader;
        var writer = new WireWriter(response);
        reader.ReadNullableString(); // The transactional id: a batch that belongs to a transaction is refused below.
        var acks = reader.ReadInt16();
        reader.ReadInt32(); // How long to wait for replicas.
        var topics = reader.ReadCount(TopicBytesMin);
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
                var records = Writable(request, reader.ReadNullableBytes(), reader.Remaining);
                var outcome = acks is -1 or 0 or 1
                    ? Append(name, partition, records.Span)
                    : AppendOutcome.Refused(KafkaError.InvalidRequiredAcks);
                Write(writer, version, partition, outcome);
            }
        }
        writer.WriteInt32(0);
        return ValueTask.FromResult(acks != 0);
    }

    // The bytes just read, in the request's own memory: it belongs to the connection, and nobody reads it again, so the
    // broker's part of the head is written right there.
    static Memory<byte> Writable(Request request, ReadOnlySpan<byte> records, int remaining) =>
        MemoryMarshal.AsMemory(request.Body[^(remaining + records.Length)..][..records.Length]);

    AppendOutcome Append(string topic, int partition, Span<byte> records) =>
        services.Topics.Find(topic, partition) is { } log
            ? log.Append(records, services.Time.GetUtcNow(), services.Options.FlushPolicy.IsEveryBatch)
            : AppendOutcome.Refused(KafkaError.UnknownTopicOrPartition);

    static void Write(WireWriter writer, short version, int partition, AppendOutcome outcome)
    {
        writer.WriteInt32(partition);
        writer.WriteError(outcome.Error);
        writer.WriteInt64(outcome.BaseOffset);
        writer.WriteInt64(outcome.AppendTimeMs);
        if (version >= 5)
            writer.WriteInt64(outcome.StartOffset);
        if (version >= 8)
        {
            writer.WriteCount(0); // The batch is judged as a whole, no record of it alone.
            writer.WriteString(null);
        }
    }
}
