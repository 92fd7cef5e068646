using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>A message of QoS 1 or 2 on its way to a subscriber.</summary>
sealed class OutgoingMessage(DatedMessage dated, QualityOfService qos, MqttProperties extra, bool keepsRetain)
{
    /// <summary>Its packet identifier; 0 while it waits.</summary>
    public ushort PacketId { get; set; }

    /// <summary>Whether the receiver has it (PUBREC) and only the release is left.</summary>
    public bool IsReceived { get; set; }

    /// <summary>The packet that sends it; null when its life is over.</summary>
    public PublishPacket? Packet(DateTimeOffset now, bool isDuplicate) =>
        dated.At(now) is { } message
            ? new PublishPacket(Addressed(message, qos, extra, keepsRetain), PacketId, isDuplicate)
            : null;

    /// <summary>A message as a subscriber gets it.</summary>
    public static MqttMessage Addressed(
        MqttMessage message, QualityOfService qos, MqttProperties extra, bool keepsRetain) =>
        message with
        {
            Qos = qos,
            IsRetained = keepsRetain && message.IsRetained,
            Properties = extra.Count == 0 && !HasAlias(message)
                ? message.Properties
                // An alias belongs to the connection that it came on.
                : new([.. message.Properties.Where(static own => own.Id != PropertyId.TopicAlias), .. extra]),
        };

    static bool HasAlias(MqttMessage message) => message.Properties.Number(PropertyId.TopicAlias) is not null;
}
