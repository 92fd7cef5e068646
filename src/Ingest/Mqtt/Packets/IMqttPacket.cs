namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>A control packet.</summary>
interface IMqttPacket
{
    /// <summary>Writes it, fixed header and all, and returns its size.</summary>
    int Write(PacketWriter writer, MqttVersion version);
}
