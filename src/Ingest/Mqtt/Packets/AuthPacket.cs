namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>AUTH (MQTT 5, 3.15): enhanced authentication, which is read and refused.</summary>
sealed record AuthPacket(ReasonCode Reason) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static AuthPacket Read(ref PacketReader reader, MqttVersion version)
    {
        if (version != MqttVersion.V5)
            throw MalformedPacketException.Protocol("AUTH in MQTT 3.1.1");
        if (reader.Remaining == 0)
            return new AuthPacket(ReasonCode.Success);
        var reason = (ReasonCode)reader.ReadByte("reason code");
        return new AuthPacket(reason)
        {
            Properties = reader.Remaining == 0
                ? MqttProperties.None
                : MqttProperties.Read(ref reader, PacketType.Auth, version),
        };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        if (Reason != ReasonCode.Success || Properties.Count > 0)
        {
            writer.WriteByte((byte)Reason);
            if (Properties.Count > 0)
                Properties.Write(writer, version);
        }
        return writer.End(PacketType.Auth, 0);
    }
}
