using System.Text;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>CONNECT (MQTT 5, 3.1): the first packet of a client.</summary>
sealed record ConnectPacket(MqttVersion Version, string ClientId) : IMqttPacket
{
    const string ProtocolName = "MQTT";

    /// <summary>Whether a session that is there is dropped; "clean session" in 3.1.1.</summary>
    public bool IsCleanStart { get; init; }

    /// <summary>Seconds without a packet after which the connection is dead; 0 for never.</summary>
    public ushort KeepAliveSeconds { get; init; }

    public string? UserName { get; init; }

    public byte[]? Password { get; init; }

    /// <summary>What is published when the connection ends without DISCONNECT.</summary>
    public MqttMessage? Will { get; init; }

    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static ConnectPacket Read(ref PacketReader reader)
    {
        var name = reader.ReadBinary("protocol name");
        var level = reader.ReadByte("protocol level");
        if (!name.SequenceEqual("MQTT"u8) || level is not ((byte)MqttVersion.V311 or (byte)MqttVersion.V5))
        {
            throw new MalformedPacketException(
                ReasonCode.UnsupportedProtocolVersion, $"protocol level {level}; wanted MQTT 3.1.1 (4) or 5 (5)");
        }
        var version = (MqttVersion)level;
        var flags = reader.ReadByte("connect flags");
        if ((flags & 1) != 0)
            throw MalformedPacketException.Malformed("the reserved connect flag is set");
        var hasUserName = (flags & 0x80) != 0;
        var hasPassword = (flags & 0x40) != 0;
        if (version == MqttVersion.V311 && hasPassword && !hasUserName)
            throw MalformedPacketException.Malformed("a password without a user name");
        var keepAlive = reader.ReadUInt16("keep alive");
        var properties = MqttProperties.Read(ref reader, PacketType.Connect, version);
        var clientId = reader.ReadString("client identifier");
        var will = ReadWill(ref reader, flags, version);
        return new ConnectPacket(version, clientId)
        {
            IsCleanStart = (flags & 2) != 0,
            KeepAliveSeconds = keepAlive,
            Properties = properties,
            Will = will,
            UserName = hasUserName ? reader.ReadString("user name") : null,
            Password = hasPassword ? reader.ReadBinary("password").ToArray() : null,
        };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteString(ProtocolName);
        writer.WriteByte((byte)version);
        var flags = (IsCleanStart ? 2 : 0) | (UserName is null ? 0 : 0x80) | (Password is null ? 0 : 0x40);
        if (Will is not null)
            flags |= 4 | (int)Will.Qos << 3 | (Will.IsRetained ? 0x20 : 0);
        writer.WriteByte((byte)flags);
        writer.WriteUInt16(KeepAliveSeconds);
        Properties.Write(writer, version);
        writer.WriteString(ClientId);
        if (Will is not null)
        {
            Will.Properties.Write(writer, version);
            writer.WriteString(Will.Topic);
            writer.WriteBinary(Will.Payload.Span);
        }
        if (UserName is not null)
            writer.WriteString(UserName);
        if (Password is not null)
            writer.WriteBinary(Password);
        return writer.End(PacketType.Connect);
    }

    // Secrets stay out of logs.
    bool PrintMembers(StringBuilder text)
    {
        text.Append("Version = ").Append(Version).Append(", ClientId = ").Append(ClientId);
        return true;
    }

    static MqttMessage? ReadWill(ref PacketReader reader, byte flags, MqttVersion version)
    {
        var qos = flags >> 3 & 3;
        var isRetained = (flags & 0x20) != 0;
        if ((flags & 4) == 0)
        {
            return qos == 0 && !isRetained
                ? null
                : throw MalformedPacketException.Malformed("flags of a will without the will");
        }
        if (qos > 2)
            throw MalformedPacketException.Malformed("the will has QoS 3");
        var properties = MqttProperties.Read(ref reader, PropertyRule.Will, version);
        var topic = reader.ReadString("will topic");
        TopicName.Check(topic);
        return new MqttMessage(topic, reader.ReadBinary("will payload").ToArray(), (QualityOfService)qos, isRetained)
        {
            Properties = properties,
        };
    }
}
