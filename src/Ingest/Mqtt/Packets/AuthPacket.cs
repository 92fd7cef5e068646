namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>AUTH (MQTT 5, 3.15): enhanced authentication, which is read and refused.</summary>
sealed record AuthPacket(ReasonCode Reason) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static AuthPacket Read(ref PacketReader reader, MqttVersion version)
    {
        if (version != MqttVersion.V5)
            throw MalformedPacketException.Protocol("AUTH in MQTT 3.1.1");
        var (reason, properties) = ReasonTail.Read(ref reader, PacketType.Auth, version);
        return new AuthPacket(reason) { Properties = properties };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        new ReasonTail(Reason, Properties).Write(writer, version);
        return writer.End(PacketType.Auth);
    }
}
