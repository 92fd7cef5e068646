using System.Collections.Immutable;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>SUBSCRIBE (MQTT 5, 3.8).</summary>
sealed record SubscribePacket(ushort PacketId, ImmutableArray<TopicSubscription> Subscriptions) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static SubscribePacket Read(ref PacketReader reader, MqttVersion version)
    {
        var packetId = reader.ReadPacketId();
        var properties = MqttProperties.Read(ref reader, PacketType.Subscribe, version);
        var subscriptions = ImmutableArray.CreateBuilder<TopicSubscription>();
        do
            subscriptions.Add(TopicSubscription.Read(ref reader, version));
        while (reader.Remaining > 0);
        return new SubscribePacket(packetId, subscriptions.ToImmutable()) { Properties = properties };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteUInt16(PacketId);
        Properties.Write(writer, version);
        foreach (var subscription in Subscriptions)
            subscription.Write(writer, version);
        return writer.End(PacketType.Subscribe);
    }
}
