namespace Tapline.Ingest.Synthetic;

/// <summary>A message of a simulated device on its way.</summary>
sealed class SyntheticMessage(DeviceMessageBody body, DeviceFaults faults)
{
    int _isCounted;

    public DeviceMessageBody Body => body;

    public DeviceFaults Faults => faults;

    /// <summary>Whether it has been on a connection that ended before the acknowledgement.</summary>
    public bool WasSent { get; set; }

    /// <summary>True for the first of its copies that gets here.</summary>
    public bool TryCount() => Interlocked.Exchange(ref _isCounted, 1) == 0;
}
