namespace Tapline.Ingest.Synthetic;

/// <summary>How a fleet is let loose.</summary>
public sealed record FleetOptions
{
    /// <summary>The seed of what the fleet's transport does.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How fast it lives.</summary>
    public required FleetPace Pace { get; init; }

    /// <summary>When it begins, in the devices' world.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>What goes wrong.</summary>
    public FaultRates Faults { get; init; } = FaultRates.None;

    /// <summary>Whether the acknowledgement of every message is waited for, also of those that devices tell by QoS
    /// 0.</summary>
    public bool AcknowledgesAll { get; init; }

    /// <summary>Messages that may wait for an acknowledgement before the fleet pauses.</summary>
    public int OwedMax { get; init; } = 10_000;

    /// <summary>How long the first connections may take.</summary>
    public TimeSpan ConnectMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the last acknowledgements are waited for.</summary>
    public TimeSpan DrainMax { get; init; } = TimeSpan.FromMinutes(1);
}
