using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Deletes groups without members, and their offsets.</summary>
sealed class DeleteGroups(BrokerServices services) : ImmediateHandler(ApiKey.DeleteGroups, 0, 1)
{
    const int NameBytesMin = 2;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var count = reader.ReadCount(NameBytesMin);
        writer.WriteInt32(0);
        writer.WriteCount(count);
        for (; count > 0; count--)
        {
            var id = reader.ReadString();
            writer.WriteString(id);
            writer.WriteError(services.Groups.Delete(id));
        }
    }
}
