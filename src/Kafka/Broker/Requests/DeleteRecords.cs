using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Moves the start of partitions; -1 moves it to the end.</summary>
sealed class DeleteRecords(BrokerServices services) : ImmediateHandler(ApiKey.DeleteRecords, 0, 1)
{
    const int TopicBytesMin = 6;
    const int PartitionBytesMin = 12;
    const long ToTheEnd = -1;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        writer.WriteInt32(0);
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
                var (start, error) = Delete(name, partition, reader.ReadInt64());
                writer.WriteInt32(partition);
                writer.WriteInt64(start);
                writer.WriteError(error);
            }
        }
    }

    (long Start, KafkaError Error) Delete(string topic, int partition, long before)
    {
        if (services.Topics.Find(topic, partition) is not { } log)
            return (-1, KafkaError.UnknownTopicOrPartition);
        if (before == ToTheEnd)
            before = log.EndOffset;
        if (before < 0 || before > log.EndOffset)
            return (-1, KafkaError.OffsetOutOfRange);
        try
        {
            log.DeleteBefore(before);
            return (log.StartOffset, KafkaError.None);
        }
        catch (IOException)
        {
            return (-1, KafkaError.KafkaStorageError);
        }
        catch (ObjectDisposedException)
        {
            return (-1, KafkaError.UnknownTopicOrPartition); // Deleted a moment ago.
        }
    }
}
