namespace Tapline.Ingest.Synthetic;

/// <summary>How fast a fleet lives, and for how long. Which messages are sent follows from it and from the fleet, never
/// from how fast the machine is.</summary>
public abstract record FleetPace
{
    FleetPace() { } // Closed: no other subtype can exist.

    /// <summary>So many messages a second, however much time passes for the devices.</summary>
    /// <param name="PerSecond">Messages a second.</param>
    /// <param name="Duration">For how long.</param>
    public sealed record Rate(double PerSecond, TimeSpan Duration) : FleetPace
    {
        internal override bool IsOver(TimeSpan lived, long sent) => sent >= PerSecond * Duration.TotalSeconds;

        internal override TimeSpan DueAt(TimeSpan lived, long sent) => TimeSpan.FromSeconds(sent / PerSecond);
    }

    /// <summary>The devices' time, so many times faster than ours.</summary>
    /// <param name="Factor">How much faster.</param>
    /// <param name="Duration">For how long, by our clock.</param>
    public sealed record Speed(double Factor, TimeSpan Duration) : FleetPace
    {
        internal override bool IsOver(TimeSpan lived, long sent) => lived >= Duration * Factor;

        internal override TimeSpan DueAt(TimeSpan lived, long sent) => lived / Factor;
    }

    /// <summary>Whether the fleet has lived long enough.</summary>
    /// <param name="lived">How much time has passed for the devices.</param>
    /// <param name="sent">How many messages they have sent.</param>
    internal abstract bool IsOver(TimeSpan lived, long sent);

    /// <summary>How long after the start the next step is due, by our clock.</summary>
    internal abstract TimeSpan DueAt(TimeSpan lived, long sent);
}
