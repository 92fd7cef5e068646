namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Control packet types (MQTT 5, 2.1.2).</summary>
enum PacketType : byte
{
    Connect = 1,
    Connack = 2,
    Publish = 3,
    Puback = 4,
    Pubrec = 5,
    Pubrel = 6,
    Pubcomp = 7,
    Subscribe = 8,
    Suback = 9,
    Unsubscribe = 10,
    Unsuback = 11,
    Pingreq = 12,
    Pingresp = 13,
    Disconnect = 14,
    Auth = 15,
}

/// <summary>The flags of the fixed header that the protocol lays down; PUBLISH has its own.</summary>
static class PacketFlags
{
    public static byte Of(PacketType type) =>
        type is PacketType.Pubrel or PacketType.Subscribe or PacketType.Unsubscribe ? (byte)2 : (byte)0;
}
