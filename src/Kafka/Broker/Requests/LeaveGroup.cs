using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Lets members go; since version 3 several at once, static ones by name.</summary>
sealed class LeaveGroup(BrokerServices services) : ImmediateHandler(ApiKey.LeaveGroup, 0, 3)
{
    const int MemberBytesMin = 4;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var group = reader.ReadString();
        if (request.Version >= 1)
            writer.WriteInt32(0);
        if (request.Version < 3)
        {
            writer.WriteError(services.Groups.Leave(group, reader.ReadString(), instanceId: null));
            return;
        }
        var count = reader.ReadCount(MemberBytesMin);
        writer.WriteError(KafkaError.None);
        writer.WriteCount(count);
        for (var i = 0; i < count; i++)
        {
            var (memberId, instanceId) = (reader.ReadString(), reader.ReadNullableString());
            writer.WriteString(memberId);
            writer.WriteString(instanceId);
            writer.WriteError(services.Groups.Leave(group, memberId, instanceId));
        }
    }
}
