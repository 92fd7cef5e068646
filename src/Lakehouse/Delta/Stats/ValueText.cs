using System.Globalization;

namespace Tapline.Lakehouse.Delta.Stats;

/// <summary>How the log spells values, in statistics and as partition values. Dates outside the years 1 to 9999 have no
/// spelling.</summary>
public static class ValueText
{
    const long MicrosecondsMin = -62_135_596_800_000_000;
    const long MicrosecondsMax = 253_402_300_799_999_999;
    const int DaysMin = -719_162;
    const int DaysMax = 2_932_896;

    /// <summary>A date from days since 1970: <c>2024-01-02</c>; null outside the years.</summary>
    public static string? Date(long days) => days is < DaysMin or > DaysMax
        ? null
        : DateTime.UnixEpoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A time from microseconds since 1970, as partition values spell it: <c>2024-01-02T03:04:05.123456Z</c>;
    /// null outside the years.</summary>
    public static string? Timestamp(long microseconds) => microseconds is < MicrosecondsMin or > MicrosecondsMax
        ? null
        : At(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time no later than the given one, in whole milliseconds as statistics have them.</summary>
    internal static string? TimestampFloor(long microseconds) => Milliseconds(FloorToMilliseconds(microseconds));

    /// <summary>A time no earlier than the given one, in whole milliseconds.</summary>
    internal static string? TimestampCeiling(long microseconds)
    {
        if (microseconds is < MicrosecondsMin or > MicrosecondsMax)
            return null;
        var floor = FloorToMilliseconds(microseconds);
        return Milliseconds(floor == microseconds ? floor : floor + 1_000);
    }

    /// <summary>An unscaled decimal with its point: never an exponent, all digits of the scale.</summary>
    internal static string Decimal(Int128 unscaled, int scale)
    {
        var digits = unscaled.ToString(CultureInfo.InvariantCulture);
        if (scale == 0)
            return digits;
        var sign = digits[0] == '-' ? "-" : "";
        digits = digits[sign.Length..].PadLeft(scale + 1, '0');
        return $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    /// <summary>A finite number as the shortest text that reads back as it, always with a point or an
    /// exponent.</summary>
    internal static string Double(double value) => WithPoint(value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>As <see cref="Double"/>, in single precision.</summary>
    internal static string Single(float value) => WithPoint(value.ToString("R", CultureInfo.InvariantCulture));

    static string WithPoint(string number) => number.AsSpan().ContainsAny('.', 'E') ? number : number + ".0";

    static string? Milliseconds(long microseconds) => microseconds is < MicrosecondsMin or > MicrosecondsMax
        ? null
        : At(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // Clamped first: the multiplication below cannot overflow, and what is outside the years stays outside.
    static long FloorToMilliseconds(long microseconds)
    {
        var clamped = Math.Clamp(microseconds, MicrosecondsMin - 1, MicrosecondsMax + 1);
        return clamped - (((clamped % 1_000) + 1_000) % 1_000);
    }

    static DateTime At(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
