namespace Tapline.Streaming.Devices;

/// <summary>How applying one device message ended.</summary>
enum DeviceOutcome
{
    /// <summary>It is new and in the history.</summary>
    Accepted,
    /// <summary>It was there before.</summary>
    Repeated,
    /// <summary>It went to quarantine.</summary>
    Rejected,
    /// <summary>Only the lake knows whether it was there before, or whether there is such a device; nothing was
    /// applied.</summary>
    NeedsPast,
}
