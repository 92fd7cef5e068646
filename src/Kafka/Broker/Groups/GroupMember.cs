using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Groups;

/// <summary>A consumer in a group, and the requests of it that wait for the others. Guarded by its group's
/// lock.</summary>
sealed class GroupMember(string id, string? instanceId, string clientId, string clientHost)
{
    TaskCompletionSource<JoinAnswer>? _join;
    TaskCompletionSource<SyncAnswer>? _sync;

    public string Id { get; } = id;

    /// <summary>The name under which a static member comes back; null for a dynamic one.</summary>
    public string? InstanceId { get; } = instanceId;
    public string ClientId { get; } = clientId;
    public string ClientHost { get; } = clientHost;

    /// <summary>How it can assign partitions, best first, each with its subscription.</summary>
    public IReadOnlyList<GroupProtocol> Protocols { get; set; } = [];
    public TimeSpan SessionTimeout { get; set; }
    public TimeSpan RebalanceTimeout { get; set; }

    /// <summary>When it is given up unless it is heard of.</summary>
    public DateTimeOffset Deadline { get; private set; }

    /// <summary>What the leader gave it in this generation.</summary>
    public byte[] Assignment { get; set; } = [];

    /// <summary>It has asked to join and waits.</summary>
    public bool IsJoining => _join is not null;

    /// <summary>It waits for an answer, which keeps it alive.</summary>
    public bool IsWaiting => _join is not null || _sync is not null;

    /// <summary>Notes that it was heard of.</summary>
    public void Touch(DateTimeOffset now) => Deadline = now + SessionTimeout;

    public Task<JoinAnswer> WaitForJoin()
    {
        Answer(JoinAnswer.Refused(KafkaError.RebalanceInProgress, Id)); // Of two requests the later counts.
        _join = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _join.Task;
    }

    public Task<SyncAnswer> WaitForSync()
    {
        Answer(new SyncAnswer(KafkaError.RebalanceInProgress, []));
        _sync = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _sync.Task;
    }

    public void Answer(JoinAnswer answer)
    {
        _join?.TrySetResult(answer);
        _join = null;
    }

    public void Answer(SyncAnswer answer)
    {
        _sync?.TrySetResult(answer);
        _sync = null;
    }

    /// <summary>The subscription that goes with a protocol; empty when it does not speak it.</summary>
    public byte[] MetadataOf(string protocol) =>
        Protocols.FirstOrDefault(candidate => candidate.Name == protocol)?.Metadata ?? [];

    /// <summary>Whether it would join with just what it joined with before.</summary>
    public bool HasSameProtocols(IReadOnlyList<GroupProtocol> others) => Protocols.Count == others.Count
        && Protocols.Zip(others).All(pair => pair.First.Name == pair.Second.Name
            && pair.First.Metadata.AsSpan().SequenceEqual(pair.Second.Metadata));
}

/// <summary>A way to assign partitions, and a member's subscription in its terms.</summary>
sealed record GroupProtocol(string Name, byte[] Metadata);

/// <summary>A request to join.</summary>
sealed record JoinRequest(string MemberId, string? InstanceId, string ClientId, string ClientHost, string ProtocolType,
    IReadOnlyList<GroupProtocol> Protocols, TimeSpan SessionTimeout, TimeSpan RebalanceTimeout, bool MustKnowItsId);

/// <summary>The answer to a request to join.</summary>
sealed record JoinAnswer(KafkaError Error, int Generation, string Protocol, string LeaderId, string MemberId,
    IReadOnlyList<JoinedMember> Members)
{
    public static JoinAnswer Refused(KafkaError error, string memberId) => new(error, -1, "", "", memberId, []);
}

/// <summary>A member as the leader is told of it.</summary>
sealed record JoinedMember(string Id, string? InstanceId, byte[] Metadata);

/// <summary>The answer to a request for an assignment.</summary>
sealed record SyncAnswer(KafkaError Error, byte[] Assignment);
