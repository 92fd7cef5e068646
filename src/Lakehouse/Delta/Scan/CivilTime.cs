using System.Globalization;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Dates and times of the Gregorian calendar as text, in any year: partition values and statistics have them
/// before year 1 and after 9999.</summary>
static class CivilTime
{
    const long MicrosecondsPerSecond = 1_000_000;
    const long MicrosecondsPerDay = 86_400 * MicrosecondsPerSecond;
    const int YearMax = 290_000;

    /// <summary>The days since 1970 of a date, <c>2024-01-02</c>; null when the text is none.</summary>
    public static long? Days(ReadOnlySpan<char> text)
    {
        var sign = text is ['-', ..] ? -1 : 1;
        if (text is ['-' or '+', ..])
            text = text[1..];
        var year = text.IndexOf('-');
        if (year < 4 || text.Length != year + 6 || text[year + 3] != '-'
            || !TryNumber(text[..year], out var y) || y > YearMax
            || !TryNumber(text.Slice(year + 1, 2), out var month) || month is < 1 or > 12
            || !TryNumber(text.Slice(year + 4, 2), out var day) || day < 1)
            return null;
        // 400 years are a whole number of days, so that any year has the calendar of one that .NET knows.
        var shifted = sign * y;
        var like = 2000 + (int)((((shifted - 2000) % 400) + 400) % 400);
        if (day > DateTime.DaysInMonth(like, (int)month))
            return null;
        var cycles = (shifted - like) / 400;
        return (cycles * 146_097) + (long)(new DateTime(like, (int)month, (int)day) - DateTime.UnixEpoch).TotalDays;
    }

    /// <summary>The microseconds since 1970 of a time: a date, then perhaps <c>T</c> or a blank and
    /// <c>03:04:05.123456</c>, then perhaps <c>Z</c> or an offset such as <c>+02:00</c>. Digits beyond microseconds are
    /// cut. Without offset it is taken as UTC. Null when the text is none.</summary>
    public static long? Microseconds(ReadOnlySpan<char> text)
    {
        var split = text.IndexOfAny('T', ' ');
        var days = Days(split < 0 ? text : text[..split]);
        if (days is null || split < 0)
            return days * MicrosecondsPerDay;
        var rest = text[(split + 1)..];
        var zone = rest.IndexOfAny('Z', '+', '-');
        var offset = zone < 0 ? 0 : OffsetSeconds(rest[zone..]);
        if (OfDay(zone < 0 ? rest : rest[..zone]) is not { } time || offset is not { } seconds)
            return null;
        return (days.Value * MicrosecondsPerDay) + time - (seconds * MicrosecondsPerSecond);
    }

    // 03:04:05.123456, 03:04:05, 03:04
    static long? OfDay(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd();
        var fraction = 0L;
        if (text.IndexOf('.') is var point and >= 0)
        {
            var digits = text[(point + 1)..];
            if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
                return null;
            for (var i = 0; i < 6; i++)
                fraction = (fraction * 10) + (i < digits.Length ? digits[i] - '0' : 0);
            text = text[..point];
        }
        return text.Length is 5 or 8 && text[2] == ':' && (text.Length == 5 || text[5] == ':')
            && TryNumber(text[..2], out var hour) && hour < 24
            && TryNumber(text.Slice(3, 2), out var minute) && minute < 60
            && TryNumber(text.Length == 8 ? text[6..] : "00", out var second) && second < 60
                ? (((hour * 3600) + (minute * 60) + second) * MicrosecondsPerSecond) + fraction
                : null;
    }

    // Z, +02:00, +0200, +02
    static long? OffsetSeconds(ReadOnlySpan<char> text)
    {
        if (text is "Z")
            return 0;
        var sign = text[0] == '-' ? -1 : 1;
        var digits = text[1..].ToString().Replace(":", "", StringComparison.Ordinal);
        return digits.Length is 2 or 4
            && TryNumber(digits.AsSpan(0, 2), out var hours)
            && TryNumber(digits.Length == 4 ? digits.AsSpan(2) : "00", out var minutes)
                ? sign * ((hours * 3600) + (minutes * 60))
                : null;
    }

    static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
