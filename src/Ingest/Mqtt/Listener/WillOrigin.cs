using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>The origin of wills: nobody waits for their acknowledgement, but subscribers get them.</summary>
sealed class WillOrigin(SessionTable sessions) : IMessageOrigin
{
    /// <summary>A will as it is published.</summary>
    public DeviceMessage Message(Session session, MqttMessage will, DateTimeOffset now) =>
        new(will with { Properties = WithoutDelay(will.Properties) }, 0, IsDuplicate: false, now, this);

    /// <inheritdoc/>
    public void Acknowledged(DeviceMessage message) =>
        sessions.Publish(new DatedMessage(message.Message, message.ReceivedAt), from: null);

    static MqttProperties WithoutDelay(MqttProperties properties) =>
        new([.. properties.Where(static property => property.Id != PropertyId.WillDelaySeconds)]);
}
