namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>PUBLISH (MQTT 5, 3.3). <paramref name="PacketId"/> is 0 for QoS 0.</summary>
sealed record PublishPacket(MqttMessage Message, ushort PacketId, bool IsDuplicate) : IMqttPacket
{
    const byte RetainFlag = 1;
    const byte DuplicateFlag = 8;

    /// <summary>Reads a packet; copies what it keeps.</summary>
    public static PublishPacket Read(byte flags, ref PacketReader reader, MqttVersion version)
    {
        var qos = flags >> 1 & 3;
        if (qos > 2)
            throw MalformedPacketException.Malformed("PUBLISH with QoS 3");
        var isDuplicate = (flags & DuplicateFlag) != 0;
        if (isDuplicate && qos == 0)
            throw MalformedPacketException.Malformed("PUBLISH with QoS 0 is marked as a duplicate");
        var topic = reader.ReadString("topic name");
        var packetId = qos == 0 ? (ushort)0 : reader.ReadPacketId();
        var properties = MqttProperties.Read(ref reader, PacketType.Publish, version);
        // An empty topic stands for the one that its alias had before.
        if (topic.Length > 0 || properties.Number(PropertyId.TopicAlias) is null)
            TopicName.Check(topic);
        var message = new MqttMessage(
            topic, reader.ReadRest().ToArray(), (QualityOfService)qos, (flags & RetainFlag) != 0)
        {
            Properties = properties,
        };
        return new PublishPacket(message, packetId, isDuplicate);
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteString(Message.Topic);
        if (Message.Qos != QualityOfService.AtMostOnce)
            writer.WriteUInt16(PacketId);
        Message.Properties.Write(writer, version);
        writer.WriteRaw(Message.Payload.Span);
        var flags = (int)Message.Qos << 1 | (Message.IsRetained ? RetainFlag : 0) | (IsDuplicate ? DuplicateFlag : 0);
        return writer.End(PacketType.Publish, (byte)flags);
    }
}
