using System.Collections.Immutable;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>UNSUBACK (MQTT 5, 3.11). Version 3.1.1 carries no reasons: they read as none.</summary>
sealed record UnsubackPacket(ushort PacketId, ImmutableArray<ReasonCode> Reasons) : IMqttPacket
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;

    public static UnsubackPacket Read(ref PacketReader reader, MqttVersion version)
    {
        var packetId = reader.ReadPacketId();
        if (version == MqttVersion.V311)
            return new UnsubackPacket(packetId, []);
        var properties = MqttProperties.Read(ref reader, PacketType.Unsuback, version);
        return new UnsubackPacket(packetId, ReasonCodes.Read(ref reader)) { Properties = properties };
    }

    public int Write(PacketWriter writer, MqttVersion version)
    {
        writer.Begin();
        writer.WriteUInt16(PacketId);
        Properties.Write(writer, version);
        if (version == MqttVersion.V5)
        {
            foreach (var reason in Reasons)
                writer.WriteByte((byte)reason);
        }
        return writer.End(PacketType.Unsuback);
    }
}
