namespace Tapline.Ingest.Synthetic;

/// <summary>One thing that a simulated device does.</summary>
/// <param name="AtMs">When, milliseconds since 1970 in the device's world.</param>
public abstract record DeviceStep(long AtMs)
{
    /// <summary>It connects.</summary>
    /// <param name="AtMs">When.</param>
    /// <param name="Will">What is to be published when the connection is lost; null for nothing.</param>
    public sealed record Connect(long AtMs, DeviceMessageBody? Will) : DeviceStep(AtMs);

    /// <summary>It publishes. While it has no connection it keeps the message and sends it on the next one.</summary>
    /// <param name="AtMs">When.</param>
    /// <param name="Body">What.</param>
    /// <param name="Faults">What is wrong with it by intention.</param>
    public sealed record Publish(long AtMs, DeviceMessageBody Body, DeviceFaults Faults) : DeviceStep(AtMs);

    /// <summary>It loses the connection without a goodbye.</summary>
    /// <param name="AtMs">When.</param>
    public sealed record Lose(long AtMs) : DeviceStep(AtMs);

    /// <summary>It says goodbye.</summary>
    /// <param name="AtMs">When.</param>
    public sealed record Leave(long AtMs) : DeviceStep(AtMs);
}

/// <summary>A message as a device sends it.</summary>
/// <param name="Stream">The stream of the log that it is for.</param>
/// <param name="Topic">The MQTT topic.</param>
/// <param name="Payload">The payload.</param>
/// <param name="IsAcknowledged">Whether the device waits for an acknowledgement (QoS 1 or 2) or not (QoS 0).</param>
/// <param name="IsRetained">Whether a broker is to keep it.</param>
public sealed record DeviceMessageBody(
    string Stream, string Topic, ReadOnlyMemory<byte> Payload, bool IsAcknowledged, bool IsRetained)
{
    /// <summary>What the payload says, for whoever keeps books; null where nobody does.</summary>
    public object? Said { get; init; }
}
