using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>The random streams of the bar business, by what they are for.</summary>
static class TapDice
{
    const uint Accounts = 1;
    const uint Locations = 2;
    const uint Taps = 3;

    public static Dice Account(ulong seed, long index, uint purpose) => new(seed, Accounts, index, purpose);

    public static Dice Location(ulong seed, long index, uint purpose) => new(seed, Locations, index, purpose);

    public static Dice Tap(ulong seed, long index, TapPurpose purpose) =>
        new(seed, Taps, index, (uint)purpose);
}

/// <summary>What a tap's random numbers are for.</summary>
enum TapPurpose : uint
{
    Identity,
    Traits,
    Boot,
    Connection,
    Event,
    Arrival,
    Pour,
    Outage,
    Temperature,
    Backlog,
    Voids,
    Clock,
}
