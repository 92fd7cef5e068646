using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Says who coordinates a group: this broker. Nobody coordinates transactions.</summary>
sealed class FindCoordinator(BrokerServices services) : ImmediateHandler(ApiKey.FindCoordinator, 0, 2)
{
    const sbyte GroupKey = 0;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        reader.ReadString();
        var isGroup = request.Version == 0 || reader.ReadInt8() == GroupKey;
        if (request.Version >= 1)
            writer.WriteInt32(0);
        writer.WriteError(isGroup ? KafkaError.None : KafkaError.TransactionalIdAuthorizationFailed);
        if (request.Version >= 1)
            writer.WriteString(isGroup ? null : "this broker has no transactions");
        writer.WriteInt32(isGroup ? BrokerServices.NodeId : -1);
        writer.WriteString(isGroup ? BrokerServices.Host : "");
        writer.WriteInt32(isGroup ? services.Port : -1);
    }
}
