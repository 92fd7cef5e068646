namespace Tapline.Ingest.Synthetic;

/// <summary>What is wrong with a message by intention.</summary>
[Flags]
public enum DeviceFaults
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>It is sent twice.</summary>
    Duplicate = 1,
    /// <summary>It is sent up to two minutes late, behind others of its device.</summary>
    Reordered = 2,
    /// <summary>It was kept by the device, up to 72 hours.</summary>
    Late = 4,
    /// <summary>It was kept for longer, up to 10 days.</summary>
    VeryLate = 8,
    /// <summary>Its device's clock is wrong by up to ten minutes.</summary>
    Skewed = 16,
    /// <summary>Its device's clock was not set: it says 1970.</summary>
    Epoch = 32,
    /// <summary>Its payload is cut off.</summary>
    Malformed = 64,
    /// <summary>Its device is registered nowhere.</summary>
    Unknown = 128,
    /// <summary>It takes another one back.</summary>
    Void = 256,
}
