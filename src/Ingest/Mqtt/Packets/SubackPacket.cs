using System.Collections.Immutable;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>SUBACK (MQTT 5, 3.9): a granted QoS or a failure for each filter. Version 3.1.1 has one failure,
/// 0x80.</summary>
sealed record SubackPacket(ushort PacketId, ImmutableArray<ReasonCode> Reasons) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static SubackPacket Read(ref PacketReader reader, MqttVersion version)
    {
        var packetId = reader.ReadPacketId();
        var properties = MqttProperties.Read(ref reader, PacketType.Suback, version);
        return new SubackPacket(packetId, ReasonCodes.Read(ref reader)) { Properties = properties };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteUInt16(PacketId);
        Properties.Write(writer, version);
        foreach (var reason in Reasons)
        {
            var isFailure = reason >= ReasonCode.UnspecifiedError;
            writer.WriteByte((byte)(version == MqttVersion.V311 && isFailure ? ReasonCode.UnspecifiedError : reason));
        }
        return writer.End(PacketType.Suback);
    }
}
