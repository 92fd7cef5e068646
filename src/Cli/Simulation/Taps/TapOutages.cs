using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>What happens to a tap in an outage.</summary>
enum OutageKind
{
    /// <summary>The link is gone; it goes on pouring and keeps its messages.</summary>
    Offline,
    /// <summary>The power is gone; it starts again.</summary>
    PowerLoss,
    /// <summary>It does nothing, but its connection stays.</summary>
    Hang,
}

/// <summary>One outage.</summary>
readonly record struct Outage(long StartMs, long EndMs, OutageKind Kind);

/// <summary>When a tap fails and for how long. One in ten fails five times as often.</summary>
sealed class TapOutages(Dice dice, bool isLemon, double perDay)
{
    const long DayMs = 86_400_000;
    const long MinuteMs = 60_000;

    /// <summary>The <paramref name="n"/>-th outage, after a moment.</summary>
    public Outage After(long atMs, long n)
    {
        var rate = perDay * (isLemon ? 5 : 1);
        if (rate <= 0)
            return new Outage(long.MaxValue, long.MaxValue, OutageKind.Offline);
        var start = atMs + (long)(dice.Wait(n * 8) / rate * DayMs);
        // Lognormal: 90 minutes in the middle, some for days.
        var minutes = Math.Exp(Math.Log(90) + 1.2 * dice.Normal(n * 4 + 1));
        var kind = !dice.Chance(n * 8 + 4, 0.7) ? OutageKind.Hang
            : dice.Chance(n * 8 + 5, 0.6) ? OutageKind.Offline
            : OutageKind.PowerLoss;
        return new Outage(start, start + Math.Max(MinuteMs, (long)(minutes * MinuteMs)), kind);
    }
}
