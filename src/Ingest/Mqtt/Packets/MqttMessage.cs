namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>An application message.</summary>
sealed record MqttMessage(string Topic, ReadOnlyMemory<byte> Payload, QualityOfService Qos, bool IsRetained)
{
    public MqttProperties Properties { get; init; } = MqttProperties.None;
}
