namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>DISCONNECT (MQTT 5, 3.14). Version 3.1.1 has it from the client only, without a reason.</summary>
sealed record DisconnectPacket(ReasonCode Reason) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static DisconnectPacket Read(ref PacketReader reader, MqttVersion version)
    {
        if (version != MqttVersion.V5 || reader.Remaining == 0)
            return new DisconnectPacket(ReasonCode.Success);
        var reason = (ReasonCode)reader.ReadByte("reason code");
        return new DisconnectPacket(reason)
        {
            Properties = reader.Remaining == 0
                ? MqttProperties.None
                : MqttProperties.Read(ref reader, PacketType.Disconnect, version),
        };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        if (version == MqttVersion.V5 && (Reason != ReasonCode.Success || Properties.Count > 0))
        {
            writer.WriteByte((byte)Reason);
            if (Properties.Count > 0)
                Properties.Write(writer, version);
        }
        return writer.End(PacketType.Disconnect, 0);
    }
}
