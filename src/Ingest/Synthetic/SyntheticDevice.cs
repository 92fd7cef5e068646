namespace Tapline.Ingest.Synthetic;

/// <summary>A device that does not exist: it says what it does, one step after the other, in the order of its own time.
/// The first step connects it.</summary>
public abstract class SyntheticDevice
{
    /// <summary>Its number in the fleet.</summary>
    public abstract int Index { get; }

    /// <summary>Its MQTT client identifier.</summary>
    public abstract string ClientId { get; }

    /// <summary>The next step, not before the one before. Never ends.</summary>
    public abstract DeviceStep Next();
}
