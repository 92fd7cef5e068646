using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>Which tap it is and where it stands.</summary>
/// <param name="Index">Its number in the fleet.</param>
/// <param name="Account">The account.</param>
/// <param name="Location">The location.</param>
/// <param name="Device">The tap.</param>
sealed record TapPlace(int Index, Guid Account, Guid Location, Guid Device)
{
    /// <summary>Hours that the clock on the wall is ahead of UTC, the whole year.</summary>
    public double UtcOffsetHours { get; init; }

    /// <summary>How busy the location is; 1 is usual.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The zone of the clock on the wall; null where <see cref="UtcOffsetHours"/> says it.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary>By business day, whether it is one of the nights on which more guests come; null for none.</summary>
    public Dice? Nights { get; init; }

    /// <summary>When it is switched on, milliseconds since 1970; null for the beginning of the world.</summary>
    public long? BornMs { get; init; }

    /// <summary>Whether it is in no table of devices.</summary>
    public bool IsUnknown { get; init; }
}
