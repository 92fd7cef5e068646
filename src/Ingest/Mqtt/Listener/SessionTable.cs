using Microsoft.Extensions.Logging;
using Tapline.Ingest.Mqtt.Connections;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>The sessions of all clients, what they subscribe to, and what is retained. Safe from any thread; never
/// waits for a client.</summary>
sealed class SessionTable(MqttListenerOptions options, TimeProvider time, ILogger logger)
{
    readonly Lock _lock = new();
    readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    readonly SubscriptionTree _tree = new();
    readonly RetainedMessages _retained = new(options.RetainedMax);
    readonly List<(Session Session, SessionSubscription Subscription)> _found = [];
    readonly List<(Session Session, MqttMessage Will)> _dueWills = [];

    /// <summary>Subscriptions of all sessions.</summary>
    public int SubscriptionCount
    {
        get
        {
            lock (_lock)
                return _tree.Count;
        }
    }

    /// <summary>Gives a client its session on a new connection. The connection that it had is to be ended.</summary>
    public Attachment Attach(
        ConnectPacket connect, ClientIdentity client, MqttConnection connection, TimeSpan expiry)
    {
        lock (_lock)
        {
            _sessions.TryGetValue(client.ClientId, out var session);
            // Who has another name does not get another's messages.
            if (session is { Connection: not null } && session.Client.User != client.User)
                return new Attachment(ReasonCode.NotAuthorized);
            var takenOver = session?.Connection;
            var isPresent = session is not null && !connect.IsCleanStart && session.Client.User == client.User;
            // The older connection ends without DISCONNECT. A will with a delay waits for the session's end.
            if (takenOver is not null && session!.Will is { } will && (!isPresent || DelayOf(will) == TimeSpan.Zero))
                _dueWills.Add((session, will));
            if (session is not null && !isPresent)
                Forget(session);
            if (!isPresent)
            {
                if (_sessions.Count >= options.SessionsMax)
                    return new Attachment(ReasonCode.QuotaExceeded) { TakenOver = takenOver };
                _sessions.Add(client.ClientId, session = new Session(client));
            }
            session!.Connection = connection;
            session.Expiry = expiry;
            session.ExpiresAt = null;
            session.Will = connect.Will;
            session.WillAt = null;
            session.PeerReceiveMax = (int)(connect.Properties.Number(PropertyId.ReceiveMax) ?? ushort.MaxValue);
            return new Attachment(ReasonCode.Success, session, isPresent, takenOver);
        }
    }

    /// <summary>Sends a session what is under way and what waits; after CONNACK.</summary>
    public void Resume(Session session)
    {
        lock (_lock)
        {
            session.SendAgain(time.GetUtcNow());
            session.SendWaiting(time.GetUtcNow());
        }
    }

    /// <summary>Ends a session's connection; what has become of the session since is left alone.</summary>
    /// <param name="session">The session.</param>
    /// <param name="connection">The connection that ended.</param>
    /// <param name="keepsWill">Whether the will is to be published.</param>
    /// <param name="expiry">How long the session is kept, where DISCONNECT says so.</param>
    public void Detach(Session session, MqttConnection connection, bool keepsWill, TimeSpan? expiry)
    {
        lock (_lock)
        {
            if (session.Connection != connection)
                return;
            var now = time.GetUtcNow();
            session.Connection = null;
            session.Expiry = expiry ?? session.Expiry;
            session.ExpiresAt = now + session.Expiry;
            if (!keepsWill)
                session.Will = null;
            else if (session.Will is { } will)
            {
                var delay = DelayOf(will) < session.Expiry ? DelayOf(will) : session.Expiry;
                // One without a delay is due whatever comes next: also when the client is back at once.
                if (delay == TimeSpan.Zero)
                    TakeWill(session);
                else
                    session.WillAt = now + delay;
            }
        }
    }

    /// <summary>Forgets sessions whose time is over and takes the wills that are due.</summary>
    public List<(Session Session, MqttMessage Will)> Sweep()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var session in _sessions.Values.ToList())
            {
                if (session.WillAt <= now)
                    TakeWill(session);
                if (session.Connection is null && session.ExpiresAt <= now)
                    Forget(session);
            }
            return TakeDueWills();
        }
    }

    /// <summary>Takes the wills that are due by now.</summary>
    public List<(Session Session, MqttMessage Will)> TakeDueWills()
    {
        lock (_lock)
        {
            if (_dueWills.Count == 0)
                return [];
            List<(Session Session, MqttMessage Will)> due = [.. _dueWills];
            _dueWills.Clear();
            return due;
        }
    }

    /// <summary>Subscribes, and sends what is retained. One reason a filter.</summary>
    public List<ReasonCode> Subscribe(Session session, SubscribePacket packet, Func<string, ReasonCode> judge)
    {
        var identifier = packet.Properties.Number(PropertyId.SubscriptionIdentifier);
        var reasons = new List<ReasonCode>();
        lock (_lock)
        {
            foreach (var wanted in packet.Subscriptions)
            {
                var isKnown = session.Subscriptions.ContainsKey(wanted.Filter);
                var reason = judge(wanted.Filter);
                if (reason == ReasonCode.Success && !isKnown
                    && session.Subscriptions.Count >= options.SubscriptionsMax)
                    reason = ReasonCode.QuotaExceeded;
                reasons.Add(reason == ReasonCode.Success ? (ReasonCode)wanted.QosMax : reason);
                if (reason != ReasonCode.Success)
                    continue;
                var subscription = new SessionSubscription(wanted, identifier);
                session.Subscriptions[wanted.Filter] = subscription;
                _tree.Set(session, subscription);
                if (wanted.Retained == RetainHandling.Always || wanted.Retained == RetainHandling.IfNew && !isKnown)
                {
                    foreach (var dated in _retained.Find(wanted.Filter))
                        Deliver(session, dated, wanted.QosMax, IdentifiersOf(identifier), keepsRetain: true);
                }
            }
        }
        return reasons;
    }

    /// <summary>Ends subscriptions. One reason a filter.</summary>
    public List<ReasonCode> Unsubscribe(Session session, IEnumerable<string> filters)
    {
        lock (_lock)
        {
            return [.. filters.Select(filter =>
            {
                session.Subscriptions.Remove(filter);
                return _tree.Remove(session, filter) ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted;
            })];
        }
    }

    /// <summary>Delivers a message to all who subscribe to it, and keeps it when it is to be retained.</summary>
    public void Publish(DatedMessage dated, Session? from)
    {
        lock (_lock)
        {
            if (dated.Message.IsRetained && !_retained.Set(dated))
                logger.RetainedFull(options.RetainedMax);
            if (_tree.Count == 0)
                return;
            _found.Clear();
            _tree.Find(dated.Message.Topic, _found);
            foreach (var group in _found.GroupBy(static match => match.Session))
            {
                var matches = group.Where(match => !(match.Subscription.Options.IsNoLocal && match.Session == from))
                    .Select(static match => match.Subscription).ToList();
                if (matches.Count == 0)
                    continue;
                // Overlapping subscriptions get it once, by the highest QoS (MQTT 5, 3.3.4).
                Deliver(group.Key, dated, matches.Max(static match => match.Options.QosMax),
                    IdentifiersOf([.. matches.Select(static match => match.Identifier)]),
                    matches.Any(static match => match.Options.KeepsRetain));
            }
        }
    }

    /// <summary>Notes a QoS 2 message as taken. False when it was: then it must not go to the log again, and
    /// <paramref name="isAcknowledged"/> says whether the log has it.</summary>
    public bool TryTake(Session session, ushort packetId, out bool isAcknowledged)
    {
        lock (_lock)
        {
            if (session.Incoming.TryGetValue(packetId, out isAcknowledged))
                return false;
            session.Incoming.Add(packetId, false);
            return true;
        }
    }

    /// <summary>The log has a QoS 2 message: the connection that is to be told, which may be another than the one that
    /// brought it.</summary>
    public MqttConnection? Received(Session session, ushort packetId)
    {
        lock (_lock)
        {
            session.Incoming[packetId] = true;
            return session.Connection;
        }
    }

    /// <summary>A QoS 2 message is released. False when none was there.</summary>
    public bool Release(Session session, ushort packetId)
    {
        lock (_lock)
            return session.Incoming.Remove(packetId);
    }

    /// <summary>A subscriber's acknowledgement of any kind.</summary>
    public void Acknowledge(Session session, AcknowledgePacket packet)
    {
        lock (_lock)
        {
            var message = session.FindInFlight(packet.PacketId);
            if (packet.Type == PacketType.Pubrec && packet.Reason < ReasonCode.UnspecifiedError)
            {
                message?.IsReceived = true;
                var reason = message is null ? ReasonCode.PacketIdentifierNotFound : ReasonCode.Success;
                session.Connection?.TrySend(new AcknowledgePacket(PacketType.Pubrel, packet.PacketId, reason));
                return;
            }
            if (message is not null)
                session.InFlight.Remove(message);
            session.SendWaiting(time.GetUtcNow());
        }
    }

    void Deliver(
        Session session, DatedMessage dated, QualityOfService qosMax, MqttProperties identifiers, bool keepsRetain)
    {
        var now = time.GetUtcNow();
        var qos = dated.Message.Qos < qosMax ? dated.Message.Qos : qosMax;
        if (qos == QualityOfService.AtMostOnce)
        {
            if (session.Connection is not { } connection || dated.At(now) is not { } message)
                return;
            if (connection.PendingBytes > options.OutgoingBytesMax)
                Drop(session);
            else
                connection.TrySend(new PublishPacket(
                    OutgoingMessage.Addressed(message, qos, identifiers, keepsRetain), 0, IsDuplicate: false));
        }
        else if (session.InFlight.Count + session.Waiting.Count >= options.OutgoingMax)
        {
            Drop(session);
        }
        else if (session.Connection is not null || session.Expiry > TimeSpan.Zero)
        {
            session.Waiting.Enqueue(new OutgoingMessage(dated, qos, identifiers, keepsRetain));
            session.SendWaiting(now);
        }
    }

    // Told at 1, 10, 100, ...: a slow subscriber must not fill the log of the process.
    void Drop(Session session)
    {
        var count = ++session.DroppedCount;
        while (count % 10 == 0)
            count /= 10;
        if (count == 1)
            logger.SubscriberTooSlow(session.Client.ClientId, session.DroppedCount);
    }

    void TakeWill(Session session)
    {
        if (session.Will is { } will)
            _dueWills.Add((session, will));
        session.Will = null;
        session.WillAt = null;
    }

    void Forget(Session session)
    {
        // A will that waited for its delay waits no longer than its session.
        if (session.WillAt is not null)
            TakeWill(session);
        foreach (var filter in session.Subscriptions.Keys)
            _tree.Remove(session, filter);
        _sessions.Remove(session.Client.ClientId);
    }

    static TimeSpan DelayOf(MqttMessage will) =>
        TimeSpan.FromSeconds(will.Properties.Number(PropertyId.WillDelaySeconds) ?? 0);

    static MqttProperties IdentifiersOf(params ReadOnlySpan<uint?> identifiers)
    {
        List<MqttProperty>? properties = null;
        foreach (var identifier in identifiers)
        {
            if (identifier is { } number)
                (properties ??= []).Add(new MqttProperty(PropertyId.SubscriptionIdentifier, number));
        }
        return properties is null ? MqttProperties.None : new([.. properties]);
    }
}

/// <summary>What became of a client that asked for its session.</summary>
/// <param name="Reason">Why it did not get one, or success.</param>
/// <param name="Session">The session; null when it did not get one.</param>
/// <param name="IsPresent">Whether the session is the one that it had.</param>
/// <param name="TakenOver">The connection that had it; null for none.</param>
readonly record struct Attachment(
    ReasonCode Reason, Session? Session = null, bool IsPresent = false, MqttConnection? TakenOver = null);
