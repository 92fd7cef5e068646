namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5, 3.4 to 3.7), which have one form. Version 3.1.1 has no reason
/// in them: it reads as success.</summary>
sealed record AcknowledgePacket(PacketType Type, ushort PacketId, ReasonCode Reason = ReasonCode.Success) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    /// <summary>The flags that the type must have.</summary>
    public static byte FlagsOf(PacketType type) => type == PacketType.Pubrel ? (byte)2 : (byte)0;

    public static AcknowledgePacket Read(PacketType type, ref PacketReader reader, MqttVersion version)
    {
        var packetId = reader.ReadPacketId();
        if (version != MqttVersion.V5 || reader.Remaining == 0)
            return new AcknowledgePacket(type, packetId);
        var reason = (ReasonCode)reader.ReadByte("reason code");
        return new AcknowledgePacket(type, packetId, reason)
        {
            Properties = reader.Remaining == 0
                ? MqttProperties.None
                : MqttProperties.Read(ref reader, type, version),
        };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteUInt16(PacketId);
        if (version == MqttVersion.V5 && (Reason != ReasonCode.Success || Properties.Count > 0))
        {
            writer.WriteByte((byte)Reason);
            if (Properties.Count > 0)
                Properties.Write(writer, version);
        }
        return writer.End(Type, FlagsOf(Type));
    }
}
