using System.Collections.Immutable;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>UNSUBSCRIBE (MQTT 5, 3.10).</summary>
sealed record UnsubscribePacket(ushort PacketId, ImmutableArray<string> Filters) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static UnsubscribePacket Read(ref PacketReader reader, MqttVersion version)
    {
        var packetId = reader.ReadPacketId();
        var properties = MqttProperties.Read(ref reader, PacketType.Unsubscribe, version);
        var filters = ImmutableArray.CreateBuilder<string>();
        do
            filters.Add(reader.ReadString("topic filter"));
        while (reader.Remaining > 0);
        return new UnsubscribePacket(packetId, filters.ToImmutable()) { Properties = properties };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteUInt16(PacketId);
        Properties.Write(writer, version);
        foreach (var filter in Filters)
            writer.WriteString(filter);
        return writer.End(PacketType.Unsubscribe);
    }
}
