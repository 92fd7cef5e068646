using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Lists every group that has members or offsets.</summary>
sealed class ListGroups(BrokerServices services) : ImmediateHandler(ApiKey.ListGroups, 0, 2)
{
    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var groups = services.Groups.List();
        if (request.Version >= 1)
            writer.WriteInt32(0);
        writer.WriteError(KafkaError.None);
        writer.WriteCount(groups.Count);
        foreach (var (id, protocolType) in groups)
        {
            writer.WriteString(id);
            writer.WriteString(protocolType);
        }
    }
}
