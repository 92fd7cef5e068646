using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>When guests are served at a tap: at random, more often in the evening, at the end of the week and in
/// summer; never between three and eleven.</summary>
sealed class PourRhythm(TapPlace place, Dice arrivals)
{
    const double PoursADay = 60;
    const long HourMs = 3_600_000;
    const int BusinessDayStartHour = 5;
    const double MatchNights = 0.05;
    const double MatchFactor = 1.5;

    // By local hour; the mean over a day is 1.
    static readonly double[] Hours = Normalised(
        [1.2, .6, .1, 0, 0, 0, 0, 0, 0, 0, 0, .4, .4, .4, .3, .3, .6, 1.2, 1.8, 2.2, 2.6, 2.8, 2.6, 2.0]);

    // Sunday first. A night belongs to the day on which it began.
    static readonly double[] Days = [.70, .55, .60, .75, 1.00, 1.60, 1.80];

    /// <summary>The <paramref name="n"/>-th time that somebody is served, after a moment. Milliseconds since 1970.
    /// </summary>
    public long After(long atMs, long n)
    {
        // A wait of mean 1 is used up by the rate of each hour in turn.
        var left = arrivals.Wait(n);
        while (true)
        {
            var offsetMs = OffsetMs(atMs);
            var local = atMs + offsetMs;
            var endMs = local - local % HourMs + HourMs - offsetMs;
            var ratePerMs = RateAt(local) * PoursADay / (24 * HourMs);
            var used = ratePerMs * (endMs - atMs);
            if (left < used)
                return atMs + Math.Max(1, (long)(left / ratePerMs));
            left -= used;
            atMs = endMs;
        }
    }

    /// <summary>How busy it is at a local time; 1 is the mean of a year.</summary>
    double RateAt(long localMs)
    {
        var local = DateTimeOffset.FromUnixTimeMilliseconds(localMs);
        var day = local.AddHours(-BusinessDayStartHour);
        var season = 1 + 0.15 * Math.Cos(2 * Math.PI * (day.DayOfYear - 200) / 365);
        var feast = (day.Month, day.Day) switch
        {
            (3, 17) => 2.5,
            (12, 31) => 2.2,
            _ => 1,
        };
        var match = place.Nights?.Chance(DateOnly.FromDateTime(day.DateTime).DayNumber, MatchNights) == true
            ? MatchFactor
            : 1;
        return Hours[local.Hour] * Days[(int)day.DayOfWeek] * season * feast * match * place.Factor;
    }

    long OffsetMs(long atMs) => place.Zone is { } zone
        ? (long)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(atMs)).TotalMilliseconds
        : (long)(place.UtcOffsetHours * HourMs);

    static double[] Normalised(double[] weights)
    {
        var mean = weights.Average();
        return [.. weights.Select(weight => weight / mean)];
    }
}
