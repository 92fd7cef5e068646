namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>When a new subscription brings retained messages (MQTT 5, 3.8.3.1).</summary>
enum RetainHandling : byte
{
    Always = 0,
    IfNew = 1,
    Never = 2,
}

/// <summary>A topic filter and its options. Version 3.1.1 has only the QoS.</summary>
/// <param name="Filter">The filter, e.g. <c>bar/+/status</c>.</param>
/// <param name="QosMax">The highest QoS of what is sent to the subscriber.</param>
/// <param name="IsNoLocal">Whether its own messages are left out.</param>
/// <param name="KeepsRetain">Whether messages keep the flag by which they were published.</param>
/// <param name="Retained">Which retained messages it gets.</param>
sealed record TopicSubscription(
    string Filter,
    QualityOfService QosMax,
    bool IsNoLocal = false,
    bool KeepsRetain = false,
    RetainHandling Retained = RetainHandling.Always)
{
    public static TopicSubscription Read(ref PacketReader reader, MqttVersion version)
    {
        var filter = reader.ReadString("topic filter");
        var options = reader.ReadByte("subscription options");
        var allowed = version == MqttVersion.V5 ? 0x3F : 0x03;
        if ((options & ~allowed) != 0 || (options & 3) == 3 || (options >> 4 & 3) == 3)
            throw MalformedPacketException.Malformed($"subscription options 0x{options:X2}");
        return new TopicSubscription(filter, (QualityOfService)(options & 3), (options & 4) != 0, (options & 8) != 0,
            (RetainHandling)(options >> 4 & 3));
    }

    public void Write(PacketWriter writer, MqttVersion version)
    {
        writer.WriteString(Filter);
        var options = (int)QosMax;
        if (version == MqttVersion.V5)
            options |= (IsNoLocal ? 4 : 0) | (KeepsRetain ? 8 : 0) | (int)Retained << 4;
        writer.WriteByte((byte)options);
    }
}
