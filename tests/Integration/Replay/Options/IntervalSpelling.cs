using System.Globalization;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>Intervals as text. How many of the days were months the number does not say any more: a whole number of
/// months is one, all else is days.</summary>
static class IntervalSpelling
{
    const long MonthMicroseconds = 2_629_800_000_000;
    const long DayMicroseconds = 86_400_000_000;

    /// <summary>All parts, each with its sign.</summary>
    public static string Iso(long microseconds)
    {
        var months = microseconds % MonthMicroseconds == 0 ? microseconds / MonthMicroseconds : 0;
        var rest = microseconds - months * MonthMicroseconds;
        var (days, clock) = (rest / DayMicroseconds, rest % DayMicroseconds);
        var seconds = (clock % 60_000_000m / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture,
            $"P{months / 12}Y{months % 12}M{days}DT{clock / 3_600_000_000}H{clock / 60_000_000 % 60}M{seconds}S");
    }
}
