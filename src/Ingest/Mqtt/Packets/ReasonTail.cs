namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>The end that acknowledgements, DISCONNECT and AUTH have in version 5: a reason and properties, left out
/// where they say nothing (MQTT 5, 3.4.2.1). Version 3.1.1 has none: it reads as success.</summary>
readonly record struct ReasonTail(ReasonCode Reason, MqttProperties Properties)
{
    public static ReasonTail Read(ref PacketReader reader, PacketType type, MqttVersion version)
    {
        if (version != MqttVersion.V5 || reader.Remaining == 0)
            return new ReasonTail(ReasonCode.Success, MqttProperties.None);
        var reason = (ReasonCode)reader.ReadByte("reason code");
        return new ReasonTail(reason,
            reader.Remaining == 0 ? MqttProperties.None : MqttProperties.Read(ref reader, type, version));
    }

    public void Write(PacketWriter writer, MqttVersion version)
    {
        if (version != MqttVersion.V5 || Reason == ReasonCode.Success && Properties.Count == 0)
            return;
        writer.WriteByte((byte)Reason);
        if (Properties.Count > 0)
            Properties.Write(writer, version);
    }
}
