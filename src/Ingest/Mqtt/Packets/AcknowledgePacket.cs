namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP (MQTT 5, 3.4 to 3.7), which have one form. Version 3.1.1 has no reason
/// in them: it reads as success.</summary>
sealed record AcknowledgePacket(PacketType Type, ushort PacketId, ReasonCode Reason = ReasonCode.Success) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static AcknowledgePacket Read(PacketType type, ref PacketReader reader, MqttVersion version)
    {
        var packetId = reader.ReadPacketId();
        var (reason, properties) = ReasonTail.Read(ref reader, type, version);
        return new AcknowledgePacket(type, packetId, reason) { Properties = properties };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteUInt16(PacketId);
        new ReasonTail(Reason, Properties).Write(writer, version);
        return writer.End(Type);
    }
}
