namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>The protocol's version, by the number that CONNECT carries.</summary>
public enum MqttVersion : byte
{
    /// <summary>MQTT 3.1.1 (https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/).</summary>
    V311 = 4,

    /// <summary>MQTT 5.0 (https://docs.oasis-open.org/mqtt/mqtt/v5.0/).</summary>
    V5 = 5,
}
