using Tapline.Kafka.Broker.Groups;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Shows groups and their members; a group that does not exist is dead, as Kafka says.</summary>
sealed class DescribeGroups(BrokerServices services) : ImmediateHandler(ApiKey.DescribeGroups, 0, 4)
{
    const int NameBytesMin = 2;

    static readonly GroupDescription None = new(GroupState.Empty, "", "", []);

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        var count = reader.ReadCount(NameBytesMin);
        if (version >= 1)
            writer.WriteInt32(0);
        writer.WriteCount(count);
        for (; count > 0; count--)
        {
            var id = reader.ReadString();
            var group = services.Groups.Describe(id);
            writer.WriteError(KafkaError.None);
            writer.WriteString(id);
            writer.WriteString(group?.State.ToString() ?? "Dead");
            Write(writer, version, group ?? None);
        }
    }

    static void Write(WireWriter writer, short version, GroupDescription group)
    {
        writer.WriteString(group.ProtocolType);
        writer.WriteString(group.Protocol);
        writer.WriteCount(group.Members.Count);
        foreach (var member in group.Members)
        {
            writer.WriteString(member.Id);
            if (version >= 4)
                writer.WriteString(member.InstanceId);
            writer.WriteString(member.ClientId);
            writer.WriteString(member.ClientHost);
            writer.WriteBytes(member.Metadata);
            writer.WriteBytes(member.Assignment);
        }
        if (version >= 3)
            writer.WriteInt32(int.MinValue); // Operations are not authorized one by one.
    }
}
