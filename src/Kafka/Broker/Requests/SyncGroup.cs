using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Brings the leader's assignment, or asks for one's own; answered when the leader has spoken.</summary>
sealed class SyncGroup(BrokerServices services) : ApiHandler(ApiKey.SyncGroup, 0, 3)
{
    const int AssignmentBytesMin = 6;

    public override async ValueTask<bool> AnswerAsync(Request request, ResponseBuffer response, CancellationToken ct)
    {
        var answer = await AskAsync(request).WaitAsync(ct);
        var writer = new WireWriter(response);
        if (request.Version >= 1)
            writer.WriteInt32(0);
        writer.WriteError(answer.Error);
        writer.WriteBytes(answer.Assignment);
        return true;
    }

    Task<Groups.SyncAnswer> AskAsync(Request request)
    {
        var reader = request.Reader;
        var group = reader.ReadString();
        var generation = reader.ReadInt32();
        var memberId = reader.ReadString();
        var instanceId = request.Version >= 3 ? reader.ReadNullableString() : null;
        var assignments = new Dictionary<string, byte[]>();
        for (var left = reader.ReadCount(AssignmentBytesMin); left > 0; left--)
            assignments[reader.ReadString()] = reader.ReadBytes().ToArray();
        return services.Groups.SyncAsync(group, memberId, instanceId, generation, assignments);
    }
}
