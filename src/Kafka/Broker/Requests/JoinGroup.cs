using Tapline.Kafka.Broker.Groups;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Joins a consumer to its group; answered when all have joined.</summary>
sealed class JoinGroup(BrokerServices services) : ApiHandler(ApiKey.JoinGroup, 0, 5)
{
    const int ProtocolBytesMin = 6;

    public override async ValueTask<bool> AnswerAsync(Request request, ResponseBuffer response, CancellationToken ct)
    {
        var (group, join) = Read(request);
        var answer = await services.Groups.JoinAsync(group, join).WaitAsync(ct);
        Write(new WireWriter(response), request.Version, answer);
        return true;
    }

    static (string Group, JoinRequest Join) Read(Request request)
    {
        var version = request.Version;
        var reader = request.Reader;
        var group = reader.ReadString();
        var sessionTimeout = TimeSpan.FromMilliseconds(reader.ReadInt32());
        var rebalanceTimeout = version >= 1 ? TimeSpan.FromMilliseconds(reader.ReadInt32()) : sessionTimeout;
        var memberId = reader.ReadString();
        var instanceId = version >= 5 ? reader.ReadNullableString() : null;
        var protocolType = reader.ReadString();
        var protocols = new GroupProtocol[reader.ReadCount(ProtocolBytesMin)];
        for (var i = 0; i < protocols.Length; i++)
            protocols[i] = new GroupProtocol(reader.ReadString(), reader.ReadBytes().ToArray());
        return (group, new JoinRequest(memberId, instanceId, request.ClientId, request.ClientHost, protocolType,
            protocols, sessionTimeout, rebalanceTimeout, MustKnowItsId: version >= 4));
    }

    static void Write(WireWriter writer, short version, JoinAnswer answer)
    {
        if (version >= 2)
            writer.WriteInt32(0);
        writer.WriteError(answer.Error);
        writer.WriteInt32(answer.Generation);
        writer.WriteString(answer.Protocol);
        writer.WriteString(answer.LeaderId);
        writer.WriteString(answer.MemberId);
        writer.WriteCount(answer.Members.Count);
        foreach (var member in answer.Members)
        {
            writer.WriteString(member.Id);
            if (version >= 5)
                writer.WriteString(member.InstanceId);
            writer.WriteBytes(member.Metadata);
        }
    }
}
