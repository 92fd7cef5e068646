using Microsoft.Extensions.Logging;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Groups;

/// <summary>Where a group is between two generations.</summary>
enum GroupState
{
    /// <summary>No member; set when the last one goes.</summary>
    Empty,
    /// <summary>Members are asked to join again; set when one comes, goes or changes.</summary>
    PreparingRebalance,
    /// <summary>All have joined; the leader's assignment is awaited.</summary>
    CompletingRebalance,
    /// <summary>The leader's assignment is known.</summary>
    Stable,
}

/// <summary>One consumer group: Kafka's classic rebalance protocol. It decides who belongs and in which generation; who
/// reads what, the leading member decides.</summary>
sealed class Group(string id, BrokerOptions options, ILogger logger)
{
    readonly Lock _changing = new();
    readonly Dictionary<string, GroupMember> _members = [];
    readonly Dictionary<string, string> _staticIds = [];
    readonly Dictionary<string, DateTimeOffset> _pending = []; // Ids given out, with which nobody has joined yet.
    DateTimeOffset? _emptySince;
    DateTimeOffset _joinDeadline;
    DateTimeOffset _joinEarliest;

    public string Id { get; } = id;
    public GroupState State { get; private set; }
    public int Generation { get; private set; }
    public string ProtocolType { get; private set; } = "";
    string Protocol { get; set; } = "";
    string LeaderId { get; set; } = "";

    /// <summary>Joins a member; done when all members have, or when those who did not are given up.</summary>
    public Task<JoinAnswer> JoinAsync(JoinRequest request, Func<string> newId, DateTimeOffset now)
    {
        lock (_changing)
        {
            _emptySince = null;
            if (Refusal(request) is not KafkaError.None and var error)
                return Task.FromResult(JoinAnswer.Refused(error, request.MemberId));
            if (request.InstanceId is { } instance && request.MemberId == ""
                && _staticIds.TryGetValue(instance, out var old))
                return Return(_members[old], request, newId(), now);
            if (request.MemberId == "" && request.InstanceId is null && request.MustKnowItsId)
            {
                var given = newId();
                _pending[given] = now + request.SessionTimeout;
                return Task.FromResult(JoinAnswer.Refused(KafkaError.MemberIdRequired, given));
            }
            if (request.MemberId != "" && !_members.ContainsKey(request.MemberId) && !_pending.Remove(request.MemberId))
                return Task.FromResult(JoinAnswer.Refused(KafkaError.UnknownMemberId, request.MemberId));
            return Join(request, request.MemberId == "" ? newId() : request.MemberId, now);
        }
    }

    /// <summary>Takes the leader's assignment, or waits for it.</summary>
    public Task<SyncAnswer> SyncAsync(string memberId, string? instanceId, int generation,
        IReadOnlyDictionary<string, byte[]> assignments, DateTimeOffset now)
    {
        lock (_changing)
        {
            var error = Check(memberId, instanceId, generation);
            if (error == KafkaError.None && State is GroupState.PreparingRebalance)
                error = KafkaError.RebalanceInProgress;
            if (error != KafkaError.None)
                return Task.FromResult(new SyncAnswer(error, []));
            var member = _members[memberId];
            member.Touch(now);
            if (State == GroupState.Stable)
                return Task.FromResult(new SyncAnswer(KafkaError.None, member.Assignment));
            var answer = member.WaitForSync();
            if (memberId == LeaderId)
                Assign(assignments, now);
            return answer;
        }
    }

    /// <summary>Keeps a member alive; tells it when it has to join again.</summary>
    public KafkaError Heartbeat(string memberId, string? instanceId, int generation, DateTimeOffset now)
    {
        lock (_changing)
        {
            if (Check(memberId, instanceId, generation) is not KafkaError.None and var error)
                return error;
            _members[memberId].Touch(now);
            return State == GroupState.PreparingRebalance ? KafkaError.RebalanceInProgress : KafkaError.None;
        }
    }

    /// <summary>Lets a member go.</summary>
    public KafkaError Leave(string memberId, string? instanceId, DateTimeOffset now)
    {
        lock (_changing)
        {
            if (memberId == "" && instanceId is not null && _staticIds.TryGetValue(instanceId, out var staticId))
                memberId = staticId;
            if (_pending.Remove(memberId))
                return KafkaError.None;
            if (!_members.TryGetValue(memberId, out var member))
                return KafkaError.UnknownMemberId;
            Remove(member, now);
            return KafkaError.None;
        }
    }

    /// <summary>Whether a commit may come from this member now. Those who are no members may commit while there are
    /// none: that is how a client that assigns its partitions itself keeps offsets.</summary>
    public KafkaError CheckCommit(string memberId, string? instanceId, int generation, DateTimeOffset now)
    {
        lock (_changing)
        {
            if (generation < 0 && memberId == "" && State == GroupState.Empty)
                return KafkaError.None;
            if (Check(memberId, instanceId, generation) is not KafkaError.None and var error)
                return error;
            _members[memberId].Touch(now);
            return State == GroupState.CompletingRebalance ? KafkaError.RebalanceInProgress : KafkaError.None;
        }
    }

    /// <summary>Gives up members that were silent for too long, and ends a rebalance whose time is over.</summary>
    public void Tick(DateTimeOffset now)
    {
        lock (_changing)
        {
            foreach (var (memberId, deadline) in _pending)
                if (deadline <= now)
                    _pending.Remove(memberId);
            foreach (var member in _members.Values.Where(m => !m.IsWaiting && m.Deadline <= now).ToList())
            {
                logger.MemberExpired(member.Id, Id);
                Remove(member, now);
            }
            if (State == GroupState.PreparingRebalance)
                CompleteJoinIfDue(now);
            _emptySince = State == GroupState.Empty && _pending.Count == 0 ? _emptySince ?? now : null;
        }
    }

    /// <summary>Whether it has been empty since <paramref name="before"/> or longer.</summary>
    public bool IsEmptySince(DateTimeOffset before)
    {
        lock (_changing)
            return _emptySince <= before;
    }

    /// <summary>What tools are shown.</summary>
    public GroupDescription Describe()
    {
        lock (_changing)
            return new GroupDescription(State, ProtocolType, State == GroupState.Stable ? Protocol : "",
            [
                .. _members.Values.Select(m => new DescribedMember(m.Id, m.InstanceId, m.ClientId, m.ClientHost,
                    State == GroupState.Stable ? m.MetadataOf(Protocol) : [], m.Assignment)),
            ]);
    }

    /// <summary>Answers everybody who waits: the broker stops.</summary>
    public void Dismiss()
    {
        lock (_changing)
            foreach (var member in _members.Values)
            {
                member.Answer(JoinAnswer.Refused(KafkaError.CoordinatorNotAvailable, member.Id));
                member.Answer(new SyncAnswer(KafkaError.CoordinatorNotAvailable, []));
            }
    }

    KafkaError Refusal(JoinRequest request)
    {
        if (!_members.ContainsKey(request.MemberId) && !_pending.ContainsKey(request.MemberId)
            && _members.Count + _pending.Count >= options.GroupMembersMax)
            return KafkaError.GroupMaxSizeReached;
        if (_members.Count == 0)
            return request.Protocols.Count == 0 ? KafkaError.InconsistentGroupProtocol : KafkaError.None;
        if (request.ProtocolType != ProtocolType || !request.Protocols.Any(protocol => IsCommon(protocol.Name)))
            return KafkaError.InconsistentGroupProtocol;
        if (request.InstanceId is { } instance && request.MemberId != ""
            && _staticIds.TryGetValue(instance, out var bearer) && bearer != request.MemberId)
            return KafkaError.FencedInstanceId;
        return KafkaError.None;
    }

    KafkaError Check(string memberId, string? instanceId, int generation)
    {
        if (instanceId is not null && _staticIds.TryGetValue(instanceId, out var bearer) && bearer != memberId)
            return KafkaError.FencedInstanceId;
        if (!_members.ContainsKey(memberId))
            return KafkaError.UnknownMemberId;
        return generation == Generation ? KafkaError.None : KafkaError.IllegalGeneration;
    }

    Task<JoinAnswer> Join(JoinRequest request, string memberId, DateTimeOffset now)
    {
        if (!_members.TryGetValue(memberId, out var member))
        {
            member = new GroupMember(memberId, request.InstanceId, request.ClientId, request.ClientHost);
            _members[memberId] = member;
            if (request.InstanceId is { } instance)
                _staticIds[instance] = memberId;
        }
        else if (!NeedsRebalance(member, request))
        {
            member.Touch(now);
            return Task.FromResult(AnswerFor(member));
        }
        ProtocolType = request.ProtocolType;
        Renew(member, request, now);
        var answer = member.WaitForJoin();
        if (State != GroupState.PreparingRebalance)
            PrepareRebalance(now);
        CompleteJoinIfDue(now);
        return answer;
    }

    // A member that repeats its request, because it missed the answer, gets the answer again; the leader, or one whose
    // subscription changed, starts a new generation.
    bool NeedsRebalance(GroupMember member, JoinRequest request) => State switch
    {
        GroupState.Stable => member.Id == LeaderId || !member.HasSameProtocols(request.Protocols),
        GroupState.CompletingRebalance => !member.HasSameProtocols(request.Protocols),
        _ => true,
    };

    /// <summary>A static member is back under a new id: it takes its old place, and nobody else has to move.</summary>
    Task<JoinAnswer> Return(GroupMember old, JoinRequest request, string memberId, DateTimeOffset now)
    {
        old.Answer(JoinAnswer.Refused(KafkaError.FencedInstanceId, old.Id));
        old.Answer(new SyncAnswer(KafkaError.FencedInstanceId, []));
        _members.Remove(old.Id);
        var member = new GroupMember(memberId, old.InstanceId, request.ClientId, request.ClientHost)
        {
            Assignment = old.Assignment,
        };
        _members[memberId] = member;
        _staticIds[old.InstanceId!] = memberId;
        var wasLeader = LeaderId == old.Id;
        if (wasLeader)
            LeaderId = memberId;
        if (State != GroupState.Stable || !old.HasSameProtocols(request.Protocols))
            return Join(request, memberId, now);
        Renew(member, request, now);
        // Named as leader, it would assign anew; it is told the old name and gets its old assignment.
        return Task.FromResult(AnswerFor(member) with { LeaderId = wasLeader ? old.Id : LeaderId, Members = [] });
    }

    static void Renew(GroupMember member, JoinRequest request, DateTimeOffset now)
    {
        member.Protocols = request.Protocols;
        member.SessionTimeout = request.SessionTimeout;
        member.RebalanceTimeout = request.RebalanceTimeout;
        member.Touch(now);
    }

    void PrepareRebalance(DateTimeOffset now)
    {
        foreach (var member in _members.Values)
            member.Answer(new SyncAnswer(KafkaError.RebalanceInProgress, []));
        _joinEarliest = State == GroupState.Empty ? now + options.GroupInitialDelay : now;
        State = GroupState.PreparingRebalance;
        _joinDeadline = now + _members.Values.Max(member => member.RebalanceTimeout);
    }

    void CompleteJoinIfDue(DateTimeOffset now)
    {
        var isDue = now >= _joinDeadline
            || now >= _joinEarliest && _pending.Count == 0 && _members.Values.All(member => member.IsJoining);
        if (!isDue)
            return;
        foreach (var absent in _members.Values.Where(member => !member.IsJoining && member.InstanceId is null).ToList())
            Forget(absent);
        Generation = unchecked(Generation + 1) & int.MaxValue;
        if (_members.Count == 0)
        {
            (State, LeaderId, Protocol) = (GroupState.Empty, "", "");
            return;
        }
        State = GroupState.CompletingRebalance;
        Protocol = ChooseProtocol();
        if (!_members.TryGetValue(LeaderId, out var leader) || !leader.IsJoining)
            LeaderId = _members.Values.FirstOrDefault(m => m.IsJoining, _members.Values.First()).Id;
        logger.GroupBalanced(Id, Generation, _members.Count);
        foreach (var member in _members.Values)
        {
            member.Touch(now);
            member.Answer(AnswerFor(member));
        }
    }

    void Assign(IReadOnlyDictionary<string, byte[]> assignments, DateTimeOffset now)
    {
        State = GroupState.Stable;
        foreach (var member in _members.Values)
        {
            member.Assignment = assignments.GetValueOrDefault(member.Id, []);
            member.Touch(now);
            member.Answer(new SyncAnswer(KafkaError.None, member.Assignment));
        }
    }

    JoinAnswer AnswerFor(GroupMember member) => new(KafkaError.None, Generation, Protocol, LeaderId, member.Id,
        member.Id != LeaderId
            ? []
            : [.. _members.Values.Select(m => new JoinedMember(m.Id, m.InstanceId, m.MetadataOf(Protocol)))]);

    void Remove(GroupMember member, DateTimeOffset now)
    {
        Forget(member);
        if (State is GroupState.Stable or GroupState.CompletingRebalance)
        {
            if (_members.Count > 0)
                PrepareRebalance(now);
            else
                State = GroupState.PreparingRebalance;
        }
        if (State == GroupState.PreparingRebalance)
            CompleteJoinIfDue(_members.Count == 0 ? DateTimeOffset.MaxValue : now);
    }

    void Forget(GroupMember member)
    {
        member.Answer(JoinAnswer.Refused(KafkaError.UnknownMemberId, member.Id));
        member.Answer(new SyncAnswer(KafkaError.UnknownMemberId, []));
        _members.Remove(member.Id);
        if (member.InstanceId is { } instance && _staticIds.GetValueOrDefault(instance) == member.Id)
            _staticIds.Remove(instance);
    }

    // Each member votes for the first of its protocols that all can speak.
    string ChooseProtocol() => _members.Values
        .Select(member => member.Protocols.First(protocol => IsCommon(protocol.Name)).Name)
        .CountBy(name => name)
        .MaxBy(vote => vote.Value).Key;

    bool IsCommon(string protocol) =>
        _members.Values.All(member => member.Protocols.Any(candidate => candidate.Name == protocol));
}

/// <summary>A group as tools are shown it.</summary>
sealed record GroupDescription(
    GroupState State, string ProtocolType, string Protocol, IReadOnlyList<DescribedMember> Members);

/// <summary>A member as tools are shown it.</summary>
sealed record DescribedMember(
    string Id, string? InstanceId, string ClientId, string ClientHost, byte[] Metadata, byte[] Assignment);
