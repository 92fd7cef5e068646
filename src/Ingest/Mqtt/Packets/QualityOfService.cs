namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>What a sender of a message is promised (MQTT 5, 4.3).</summary>
public enum QualityOfService : byte
{
    /// <summary>QoS 0: nothing.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: it arrives, perhaps more than once.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2: it arrives once.</summary>
    ExactlyOnce = 2,
}
