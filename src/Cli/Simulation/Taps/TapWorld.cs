using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>What all taps of a fleet share. What a tap is follows from the seed, what happens to it from the seed and
/// the start: a fleet that starts at another time has other boots and other messages.</summary>
sealed record TapWorld(ulong Seed, DateTimeOffset Start, FaultRates Faults)
{
    /// <summary>Between two heartbeats of a tap.</summary>
    public int HeartbeatSeconds { get; init; } = 60;

    /// <summary>Whether messages carry what they say, for whoever keeps books.</summary>
    public bool KeepsBooks { get; init; }

    /// <summary>The start, milliseconds since 1970.</summary>
    public long StartMs { get; } = Start.ToUnixTimeMilliseconds();

    /// <summary>The seed of what happens.</summary>
    public ulong LifeSeed { get; } = new Dice(Seed, 0, Start.ToUnixTimeMilliseconds(), 0).Bits(0);

    /// <summary>The taps at their places, ready to live.</summary>
    public List<SyntheticDevice> Devices(IEnumerable<TapPlace> places)
    {
        var payload = new TapPayload();
        return [.. places.Select(place => new TapDevice(place, this, payload))];
    }
}
