using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Client;

/// <summary>The broker did not take the connection or a subscription.</summary>
sealed class MqttRefusedException(ReasonCode reason, string what) : Exception($"the broker refused {what}: {reason}")
{
    public ReasonCode Reason { get; } = reason;
}
