using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Client;

/// <summary>A bridge's work on one connection: packet identifiers, and so acknowledgements that are owed, belong to it
/// alone.</summary>
sealed class BridgeConnection(
    BrokerSubscriptionOptions options, MqttClient client, MessagePump pump, TimeProvider time) : IMessageOrigin
{
    const ushort SubscribeId = 1;

    readonly Lock _lock = new();
    readonly Dictionary<ushort, bool> _received = [];

    /// <summary>Subscribes and takes messages until the broker ends the connection; the answer is why it did.</summary>
    public async Task<string> RunAsync(CancellationToken ct)
    {
        client.TrySend(new SubscribePacket(SubscribeId,
            [.. options.SubscribedFilters.Select(filter => new TopicSubscription(filter, options.Qos))]));
        while (await client.ReadAsync(ct) is { } packet)
        {
            switch (packet)
            {
                case PublishPacket publish:
                    await TakeAsync(publish, ct);
                    break;
                case AcknowledgePacket { Type: PacketType.Pubrel } release:
                    lock (_lock)
                        _received.Remove(release.PacketId);
                    client.TrySend(new AcknowledgePacket(PacketType.Pubcomp, release.PacketId));
                    break;
                case SubackPacket suback:
                    Check(suback);
                    break;
                case DisconnectPacket disconnect:
                    return $"it said {disconnect.Reason}";
                case PingPacket:
                    break;
                default:
                    throw MalformedPacketException.Protocol($"{packet.GetType().Name} was not asked for");
            }
        }
        return "it closed the connection";
    }

    /// <inheritdoc/>
    public void Acknowledged(DeviceMessage message)
    {
        switch (message.Message.Qos)
        {
            case QualityOfService.AtLeastOnce:
                client.TrySend(new AcknowledgePacket(PacketType.Puback, message.PacketId));
                break;
            case QualityOfService.ExactlyOnce:
                lock (_lock)
                    _received[message.PacketId] = true;
                client.TrySend(new AcknowledgePacket(PacketType.Pubrec, message.PacketId));
                break;
            default:
                break;
        }
    }

    async ValueTask TakeAsync(PublishPacket packet, CancellationToken ct)
    {
        if (packet.Message.Qos == QualityOfService.ExactlyOnce && !TryTake(packet.PacketId))
            return;
        await pump.GiveAsync(
            new DeviceMessage(packet.Message, packet.PacketId, packet.IsDuplicate, time.GetUtcNow(), this), ct);
    }

    // A QoS 2 message that comes again before its release is the same one.
    bool TryTake(ushort packetId)
    {
        lock (_lock)
        {
            if (_received.TryAdd(packetId, false))
                return true;
            if (_received[packetId])
                client.TrySend(new AcknowledgePacket(PacketType.Pubrec, packetId));
            return false;
        }
    }

    void Check(SubackPacket suback)
    {
        foreach (var (filter, reason) in options.Filters.Zip(suback.Reasons))
        {
            if (reason >= ReasonCode.UnspecifiedError)
                throw new MqttRefusedException(reason, $"the subscription to {filter}");
        }
    }
}
