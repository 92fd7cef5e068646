using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>What things of the business random numbers are for. The first three are those of the taps.</summary>
enum BarKind : uint
{
    Account = 1,
    Location = 2,
    Tap = 3,
    User = 10,
    Subscription = 11,
    Campaign = 12,
    Lead = 13,
    Feature = 14,
    Session = 15,
    Segment = 16,
    Plan = 17,
    Transport = 18,
}

/// <summary>What a thing's random numbers are for.</summary>
enum BarPurpose : uint
{
    Identity = 0,
    Traits = 1,
    Days = 40,
    Visits = 41,
    Billing = 42,
    Care = 43,
    Service = 44,
    Faults = 45,
    Fate = 46,
}

/// <summary>Picks by dice.</summary>
static class DiceChoices
{
    public static T Pick<T>(this Dice dice, long n, IReadOnlyList<T> list) => list[dice.Between(n, 0, list.Count)];

    /// <summary>A time within so many milliseconds.</summary>
    public static long Within(this Dice dice, long n, long ms) => (long)(dice.Unit(n) * ms);

    /// <summary>An amount with two digits.</summary>
    public static decimal Money(this Dice dice, long n, int min, int end) =>
        dice.Between(n, min * 100, end * 100) / 100m;
}
