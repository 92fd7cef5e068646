using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Connections;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>One client's connection to the listener, from CONNECT to its end. Its messages are acknowledged in their
/// order, when the log has them.</summary>
sealed class ListenerConnection(
    MqttListenerOptions options,
    MqttConnection connection,
    SessionTable sessions,
    MessagePump pump,
    string? certificateName,
    Task drained,
    Func<Guid> newId,
    TimeProvider time,
    ILogger logger) : IMessageOrigin
{
    static readonly TimeSpan LastWordsWait = TimeSpan.FromSeconds(2);

    readonly Handshake _handshake = new(options, certificateName);
    readonly string?[] _aliases = new string?[Handshake.AliasMax + 1];
    Session? _session;
    ClientIdentity? _client;
    TimeSpan _keepAlive;
    int _pendingCount;
    bool _keepsWill = true;
    TimeSpan? _expiry;

    /// <summary>Whether the client has been silent for longer than it said it would be.</summary>
    public bool IsSilent => _keepAlive > TimeSpan.Zero && connection.Silence > _keepAlive * 1.5;

    /// <summary>Works until the client leaves, breaks the protocol, or is told to go. When cancelled, it reads no more
    /// and waits until the log has what was read.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            if (!await OpenAsync(ct))
                return;
            while (await connection.ReadAsync(ct) is { } packet)
            {
                if (packet is DisconnectPacket disconnect)
                {
                    Leave(disconnect);
                    return;
                }
                await HandleAsync(packet, ct);
            }
        }
        catch (MalformedPacketException fault)
        {
            logger.DeviceDisconnected(_client?.ClientId ?? "(before CONNECT)", fault.Message);
            if (_session is not null)
                SendDisconnect(fault.Reason);
            else if (fault.Reason == ReasonCode.UnsupportedProtocolVersion)
                Refuse(fault.Reason);
        }
        catch (Exception stop) when (ct.IsCancellationRequested && _session is not null
            && stop is OperationCanceledException or ChannelClosedException)
        {
            // What the device has sent so far is still acknowledged.
            _keepsWill = false;
            await drained;
            SendDisconnect(ReasonCode.ServerShuttingDown);
        }
        finally
        {
            if (_session is not null)
                sessions.Detach(_session, connection, _keepsWill, _expiry);
            await connection.CompleteAsync(LastWordsWait);
        }
    }

    /// <summary>Tells the client that it was silent for too long, and ends the connection.</summary>
    public async Task TimeOutAsync()
    {
        SendDisconnect(ReasonCode.KeepAliveTimeout);
        await connection.CompleteAsync(LastWordsWait);
        connection.Abort();
    }

    /// <inheritdoc/>
    public void Acknowledged(DeviceMessage message)
    {
        var receiver = connection;
        var type = PacketType.Puback;
        if (message.Message.Qos == QualityOfService.ExactlyOnce)
        {
            type = PacketType.Pubrec;
            receiver = sessions.Received(_session!, message.PacketId);
        }
        if (message.PacketId != 0)
        {
            Interlocked.Decrement(ref _pendingCount);
            receiver?.TrySend(new AcknowledgePacket(type, message.PacketId));
        }
        sessions.Publish(new DatedMessage(message.Message, message.ReceivedAt), _session);
    }

    async Task<bool> OpenAsync(CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        if (await connection.ReadAsync(limit.Token) is not { } first)
            return false;
        if (first is not ConnectPacket connect)
            throw MalformedPacketException.Protocol("the first packet is not CONNECT");
        connection.Version = connect.Version;
        if (_handshake.Judge(connect) is var verdict && verdict != ReasonCode.Success)
        {
            Refuse(verdict);
            return false;
        }
        var assigned = connect.ClientId.Length == 0;
        var id = assigned ? $"auto-{newId():N}" : connect.ClientId;
        _client = new ClientIdentity(id, certificateName ?? connect.UserName);
        if (connect.Will is { } will && !options.Rules.MayPublish(_client, will.Topic))
        {
            Refuse(ReasonCode.NotAuthorized);
            return false;
        }
        var attachment = sessions.Attach(connect, _client, connection, _handshake.ExpiryOf(connect));
        if (attachment.TakenOver is { } takenOver)
            _ = EndAsync(takenOver);
        if (attachment.Session is null)
        {
            Refuse(attachment.Reason);
            return false;
        }
        _session = attachment.Session;
        _keepAlive = TimeSpan.FromSeconds(connect.KeepAliveSeconds);
        connection.PeerBytesMax = connect.Properties.Number(PropertyId.PacketBytesMax) ?? uint.MaxValue;
        connection.TrySend(_handshake.Welcome(connect, attachment.IsPresent, assigned ? id : null));
        sessions.Resume(_session);
        return true;
    }

    static async Task EndAsync(MqttConnection older)
    {
        if (older.Version == MqttVersion.V5)
            older.TrySend(new DisconnectPacket(ReasonCode.SessionTakenOver));
        await older.CompleteAsync(LastWordsWait);
        older.Abort();
    }

    ValueTask HandleAsync(IMqttPacket packet, CancellationToken ct)
    {
        switch (packet)
        {
            case PublishPacket publish:
                return TakeAsync(publish, ct);
            case AcknowledgePacket { Type: PacketType.Pubrel } release:
                var reason = sessions.Release(_session!, release.PacketId)
                    ? ReasonCode.Success
                    : ReasonCode.PacketIdentifierNotFound;
                connection.TrySend(new AcknowledgePacket(PacketType.Pubcomp, release.PacketId, reason));
                break;
            case AcknowledgePacket acknowledgement:
                sessions.Acknowledge(_session!, acknowledgement);
                break;
            case SubscribePacket subscribe:
                var reasons = sessions.Subscribe(_session!, subscribe, JudgeFilter);
                connection.TrySend(new SubackPacket(subscribe.PacketId, [.. reasons]));
                break;
            case UnsubscribePacket unsubscribe:
                var ended = sessions.Unsubscribe(_session!, unsubscribe.Filters);
                connection.TrySend(new UnsubackPacket(unsubscribe.PacketId, [.. ended]));
                break;
            case PingPacket { Type: PacketType.Pingreq }:
                connection.TrySend(PingPacket.Response);
                break;
            case AuthPacket:
                throw new MalformedPacketException(ReasonCode.BadAuthenticationMethod, "AUTH was not agreed on");
            default:
                throw MalformedPacketException.Protocol($"{packet.GetType().Name} is not a client's to send");
        }
        return ValueTask.CompletedTask;
    }

    async ValueTask TakeAsync(PublishPacket packet, CancellationToken ct)
    {
        var message = Resolve(packet.Message);
        if (message.Properties.Number(PropertyId.SubscriptionIdentifier) is not null)
            throw MalformedPacketException.Protocol("a subscription identifier in a client's PUBLISH");
        var isOwed = message.Qos != QualityOfService.AtMostOnce;
        if (!options.Rules.MayPublish(_client!, message.Topic))
        {
            Deny(packet);
            return;
        }
        if (message.Qos == QualityOfService.ExactlyOnce
            && !sessions.TryTake(_session!, packet.PacketId, out var isAcknowledged))
        {
            if (isAcknowledged)
                connection.TrySend(new AcknowledgePacket(PacketType.Pubrec, packet.PacketId));
            return;
        }
        if (isOwed && Interlocked.Increment(ref _pendingCount) > options.ReceiveMax
            && connection.Version == MqttVersion.V5)
        {
            throw new MalformedPacketException(ReasonCode.ReceiveMaximumExceeded, string.Create(
                CultureInfo.InvariantCulture, $"more than {options.ReceiveMax} messages without acknowledgement"));
        }
        await pump.GiveAsync(
            new DeviceMessage(message, packet.PacketId, packet.IsDuplicate, time.GetUtcNow(), this), ct);
    }

    MqttMessage Resolve(MqttMessage message)
    {
        if (message.Properties.Number(PropertyId.TopicAlias) is not { } alias)
            return message;
        if (alias >= _aliases.Length)
        {
            throw new MalformedPacketException(
                ReasonCode.TopicAliasInvalid, $"topic alias {alias} of {Handshake.AliasMax}");
        }
        if (message.Topic.Length > 0)
        {
            _aliases[alias] = message.Topic;
            return message;
        }
        return _aliases[alias] is { } topic
            ? message with { Topic = topic }
            : throw MalformedPacketException.Protocol($"topic alias {alias} stands for nothing yet");
    }

    // Version 5 can say no to one message. In 3.1.1 an acknowledgement would be a lie, so the connection ends.
    void Deny(PublishPacket packet)
    {
        if (connection.Version != MqttVersion.V5)
            throw new MalformedPacketException(ReasonCode.NotAuthorized, "a topic that the client may not publish to");
        logger.PublishDenied(_client!.ClientId);
        if (packet.PacketId == 0)
            return;
        var type = packet.Message.Qos == QualityOfService.AtLeastOnce ? PacketType.Puback : PacketType.Pubrec;
        connection.TrySend(new AcknowledgePacket(type, packet.PacketId, ReasonCode.NotAuthorized));
    }

    ReasonCode JudgeFilter(string filter) =>
        TopicFilter.IsShared(filter) ? ReasonCode.SharedSubscriptionsNotSupported
        : !TopicFilter.IsValid(filter) ? ReasonCode.TopicFilterInvalid
        : options.Rules.MaySubscribe(_client!, filter) ? ReasonCode.Success
        : ReasonCode.NotAuthorized;

    void Leave(DisconnectPacket packet)
    {
        _keepsWill = packet.Reason == ReasonCode.DisconnectWithWill;
        if (packet.Properties.Number(PropertyId.SessionExpirySeconds) is { } seconds)
        {
            var wanted = TimeSpan.FromSeconds(seconds);
            _expiry = wanted < options.SessionExpiryMax ? wanted : options.SessionExpiryMax;
        }
    }

    void Refuse(ReasonCode reason)
    {
        logger.ConnectionRefused(_client?.ClientId ?? "(unknown client)", reason.ToString());
        connection.TrySend(new ConnackPacket(reason, IsSessionPresent: false));
    }

    void SendDisconnect(ReasonCode reason)
    {
        if (connection.Version == MqttVersion.V5)
            connection.TrySend(new DisconnectPacket(reason));
    }
}
