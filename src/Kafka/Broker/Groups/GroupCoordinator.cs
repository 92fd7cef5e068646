using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Groups;

/// <summary>All consumer groups: their members in memory, their offsets on disk.</summary>
sealed class GroupCoordinator(OffsetStore offsets, BrokerOptions options, TimeProvider time, ILogger logger)
{
    static readonly TimeSpan SessionMin = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan SessionMax = TimeSpan.FromMinutes(30);
    static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    static readonly TimeSpan EmptyGroupKept = TimeSpan.FromMinutes(10);

    readonly Lock _membership = new(); // A group is joined or dropped, never both.
    readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    readonly long _startStamp = time.GetUtcNow().ToUnixTimeMilliseconds();
    long _lastMember;

    /// <summary>What the groups committed.</summary>
    public OffsetStore Offsets => offsets;

    /// <summary>Every group that has members or offsets, with its protocol type.</summary>
    public IReadOnlyDictionary<string, string> List()
    {
        var all = offsets.Groups.ToDictionary(id => id, _ => "");
        foreach (var (id, group) in _groups)
            all[id] = group.ProtocolType;
        return all;
    }

    /// <summary>A group for tools; null when there is none.</summary>
    public GroupDescription? Describe(string id) =>
        _groups.TryGetValue(id, out var group) ? group.Describe()
        : offsets.All(id).Count > 0 ? new GroupDescription(GroupState.Empty, "", "", [])
        : null;

    public Task<JoinAnswer> JoinAsync(string groupId, JoinRequest request)
    {
        var error = groupId == "" ? KafkaError.InvalidGroupId
            : request.SessionTimeout < SessionMin || request.SessionTimeout > SessionMax
                ? KafkaError.InvalidSessionTimeout
            : _groups.Count >= options.GroupsMax && !_groups.ContainsKey(groupId) ? KafkaError.CoordinatorNotAvailable
            : KafkaError.None;
        if (error != KafkaError.None)
            return Task.FromResult(JoinAnswer.Refused(error, request.MemberId));
        lock (_membership)
        {
            var group = _groups.GetOrAdd(groupId, id => new Group(id, options, logger));
            return group.JoinAsync(request, () => NewMemberId(request.ClientId), time.GetUtcNow());
        }
    }

    public Task<SyncAnswer> SyncAsync(string groupId, string memberId, string? instanceId, int generation,
        IReadOnlyDictionary<string, byte[]> assignments) =>
        _groups.TryGetValue(groupId, out var group)
            ? group.SyncAsync(memberId, instanceId, generation, assignments, time.GetUtcNow())
            : Task.FromResult(new SyncAnswer(KafkaError.UnknownMemberId, []));

    public KafkaError Heartbeat(string groupId, string memberId, string? instanceId, int generation) =>
        _groups.TryGetValue(groupId, out var group)
            ? group.Heartbeat(memberId, instanceId, generation, time.GetUtcNow())
            : KafkaError.UnknownMemberId;

    public KafkaError Leave(string groupId, string memberId, string? instanceId) =>
        _groups.TryGetValue(groupId, out var group)
            ? group.Leave(memberId, instanceId, time.GetUtcNow())
            : KafkaError.UnknownMemberId;

    /// <summary>Whether this member may commit now.</summary>
    public KafkaError CheckCommit(string groupId, string memberId, string? instanceId, int generation) =>
        _groups.TryGetValue(groupId, out var group)
            ? group.CheckCommit(memberId, instanceId, generation, time.GetUtcNow())
        : generation < 0 ? KafkaError.None
        : KafkaError.IllegalGeneration;

    /// <summary>Deletes a group without members, and its offsets.</summary>
    public KafkaError Delete(string groupId)
    {
        if (_groups.TryGetValue(groupId, out var group) && group.State != GroupState.Empty)
            return KafkaError.NonEmptyGroup;
        var isKnown = _groups.TryRemove(groupId, out _) || offsets.All(groupId).Count > 0;
        return isKnown ? offsets.Delete(groupId, _ => true) : KafkaError.GroupIdNotFound;
    }

    /// <summary>Watches over sessions and rebalances until it is cancelled; then answers everybody who waits.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var ticks = new PeriodicTimer(TickInterval, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(ct))
                Tick(time.GetUtcNow());
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            foreach (var group in _groups.Values)
                group.Dismiss();
        }
    }

    // The stamp keeps a member of an earlier run of the broker from being taken for one of this run.
    string NewMemberId(string clientId) => $"{clientId}-{_startStamp:x}-{Interlocked.Increment(ref _lastMember)}";

    void Tick(DateTimeOffset now)
    {
        foreach (var group in _groups.Values)
        {
            group.Tick(now);
            lock (_membership)
                if (group.IsEmptySince(now - EmptyGroupKept))
                    _groups.TryRemove(group.Id, out _);
        }
    }
}
