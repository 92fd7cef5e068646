using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Keeps a member in its group, and tells it of a rebalance.</summary>
sealed class Heartbeat(BrokerServices services) : ImmediateHandler(ApiKey.Heartbeat, 0, 3)
{
    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var group = reader.ReadString();
        var generation = reader.ReadInt32();
        var memberId = reader.ReadString();
        var instanceId = request.Version >= 3 ? reader.ReadNullableString() : null;
        if (request.Version >= 1)
            writer.WriteInt32(0);
        writer.WriteError(services.Groups.Heartbeat(group, memberId, instanceId, generation));
    }
}
