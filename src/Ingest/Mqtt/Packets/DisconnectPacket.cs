namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>DISCONNECT (MQTT 5, 3.14). Version 3.1.1 has it from the client only, without a reason.</summary>
sealed record DisconnectPacket(ReasonCode Reason) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static DisconnectPacket Read(ref PacketReader reader, MqttVersion version)
    {
        var (reason, properties) = ReasonTail.Read(ref reader, PacketType.Disconnect, version);
        return new DisconnectPacket(reason) { Properties = properties };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        new ReasonTail(Reason, Properties).Write(writer, version);
        return writer.End(PacketType.Disconnect);
    }
}
