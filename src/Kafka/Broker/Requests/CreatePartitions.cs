using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Adds partitions to topics.</summary>
sealed class CreatePartitions(BrokerServices services) : ImmediateHandler(ApiKey.CreatePartitions, 0, 1)
{
    const int TopicBytesMin = 10;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        List<(string Name, int Count)> orders = [];
        for (var left = reader.ReadCount(TopicBytesMin); left > 0; left--)
        {
            orders.Add((reader.ReadString(), reader.ReadInt32()));
            for (var assigned = reader.ReadNullableCount(sizeof(int)); assigned > 0; assigned--)
                reader.Take(reader.ReadCount(sizeof(int)) * sizeof(int));
        }
        reader.ReadInt32(); // How long to wait: it is done at once.
        var validateOnly = reader.ReadBool();
        writer.WriteInt32(0);
        writer.WriteCount(orders.Count);
        foreach (var (name, count) in orders)
        {
            var (error, reason) = services.Topics.Grow(name, count, validateOnly);
            writer.WriteString(name);
            writer.WriteError(error);
            writer.WriteString(reason);
        }
    }
}
