using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Creates topics. One replica is all there can be; a client may name it, or leave the number open.</summary>
sealed class CreateTopics(BrokerServices services) : ImmediateHandler(ApiKey.CreateTopics, 0, 4)
{
    const int TopicBytesMin = 16;
    const int AssignmentBytesMin = 8;
    const int SettingBytesMin = 4;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        List<TopicOrder> orders = [];
        for (var left = reader.ReadCount(TopicBytesMin); left > 0; left--)
            orders.Add(ReadTopic(ref reader));
        reader.ReadInt32(); // How long to wait: it is done at once.
        var validateOnly = version >= 1 && reader.ReadBool();
        if (version >= 2)
            writer.WriteInt32(0);
        writer.WriteCount(orders.Count);
        foreach (var order in orders)
        {
            var (error, reason) = Create(order, validateOnly);
            writer.WriteString(order.Name);
            writer.WriteError(error);
            if (version >= 1)
                writer.WriteString(reason);
        }
    }

    static TopicOrder ReadTopic(ref WireReader reader)
    {
        var (name, partitions, replicas) = (reader.ReadString(), reader.ReadInt32(), reader.ReadInt16());
        var assigned = reader.ReadCount(AssignmentBytesMin);
        for (var left = assigned; left > 0; left--)
        {
            reader.ReadInt32();
            reader.Take(reader.ReadCount(sizeof(int)) * sizeof(int));
        }
        var settings = new Dictionary<string, string?>();
        for (var left = reader.ReadCount(SettingBytesMin); left > 0; left--)
            settings[reader.ReadString()] = reader.ReadNullableString();
        return new TopicOrder(name, assigned > 0 ? assigned : partitions, replicas, settings);
    }

    (KafkaError Error, string? Reason) Create(TopicOrder order, bool validateOnly) =>
        order.Replicas is not (1 or -1)
            ? (KafkaError.InvalidReplicationFactor, $"{order.Replicas} replicas where there is one broker")
            : services.Topics.Create(order.Name,
                order.Partitions == -1 ? services.Options.DefaultPartitions : order.Partitions,
                SettingList.Chosen(order.Settings), validateOnly);

    sealed record TopicOrder(string Name, int Partitions, short Replicas, Dictionary<string, string?> Settings);
}
