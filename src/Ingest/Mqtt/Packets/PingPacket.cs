namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>PINGREQ and PINGRESP (MQTT 5, 3.12 and 3.13), which have no body.</summary>
sealed record PingPacket(PacketType Type) : IMqttPacket
{
    public static PingPacket Request { get; } = new(PacketType.Pingreq);

    public static PingPacket Response { get; } = new(PacketType.Pingresp);

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        return writer.End(Type);
    }
}
