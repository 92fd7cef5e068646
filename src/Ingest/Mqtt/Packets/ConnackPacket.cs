namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>CONNACK (MQTT 5, 3.2): the server's answer to CONNECT. In version 3.1.1 the reason has six values
/// only.</summary>
sealed record ConnackPacket(ReasonCode Reason, bool IsSessionPresent) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static ConnackPacket Read(ref PacketReader reader, MqttVersion version)
    {
        var flags = reader.ReadByte("acknowledge flags");
        if (flags > 1)
            throw MalformedPacketException.Malformed($"acknowledge flags 0x{flags:X2}; wanted 0 or 1");
        var code = reader.ReadByte("reason code");
        var reason = version == MqttVersion.V5 ? (ReasonCode)code : FromVersion3(code);
        return new ConnackPacket(reason, flags == 1)
        {
            Properties = MqttProperties.Read(ref reader, PacketType.Connack, version),
        };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteByte(IsSessionPresent ? (byte)1 : (byte)0);
        writer.WriteByte(version == MqttVersion.V5 ? (byte)Reason : ToVersion3(Reason));
        Properties.Write(writer, version);
        return writer.End(PacketType.Connack);
    }

    static ReasonCode FromVersion3(byte code) => code switch
    {
        0 => ReasonCode.Success,
        1 => ReasonCode.UnsupportedProtocolVersion,
        2 => ReasonCode.ClientIdentifierNotValid,
        3 => ReasonCode.ServerUnavailable,
        4 => ReasonCode.BadUserNameOrPassword,
        5 => ReasonCode.NotAuthorized,
        _ => throw MalformedPacketException.Malformed($"return code {code}; wanted 0 to 5"),
    };

    static byte ToVersion3(ReasonCode reason) => reason switch
    {
        ReasonCode.Success => 0,
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdentifierNotValid => 2,
        ReasonCode.BadUserNameOrPassword => 4,
        ReasonCode.NotAuthorized or ReasonCode.Banned => 5,
        _ => 3,
    };
}
