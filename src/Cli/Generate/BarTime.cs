namespace Tapline.Cli.Generate;

/// <summary>Times of the business: milliseconds since 1970.</summary>
static class BarTime
{
    public const long MinuteMs = 60_000;
    public const long HourMs = 60 * MinuteMs;
    public const long DayMs = 24 * HourMs;

    const int BusinessDayStartHour = 5;

    /// <summary>The beginning of a day, UTC.</summary>
    public static long Ms(DateOnly day) =>
        new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>The day of a time, UTC.</summary>
    public static DateOnly Day(long ms) =>
        DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime);

    /// <summary>The day that a night out at a time belongs to: from five to five on the wall.</summary>
    public static DateOnly BusinessDay(long ms, TimeZoneInfo zone) =>
        Day(ms + OffsetMs(ms, zone) - BusinessDayStartHour * HourMs);

    /// <summary>How far the clock on the wall is ahead of UTC.</summary>
    public static long OffsetMs(long ms, TimeZoneInfo zone) =>
        (long)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(ms)).TotalMilliseconds;

    /// <summary>The same day and time some months later.</summary>
    public static long AddMonths(long ms, int months) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).AddMonths(months).ToUnixTimeMilliseconds();
}
