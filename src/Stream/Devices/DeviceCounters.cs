namespace Tapline.Streaming.Devices;

/// <summary>What a lane has done with one stream since it started.</summary>
sealed class DeviceCounters
{
    /// <summary>Messages accepted.</summary>
    public long Accepted { get; set; }

    /// <summary>Repeats dropped.</summary>
    public long Repeated { get; set; }

    /// <summary>Messages accepted later than is allowed for.</summary>
    public long Late { get; set; }

    /// <summary>Messages put into quarantine.</summary>
    public long Quarantined { get; set; }
}
