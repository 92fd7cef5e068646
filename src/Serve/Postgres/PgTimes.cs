using System.Globalization;

namespace Tapline.Serving.Postgres;

/// <summary>Dates and times as PostgreSQL writes them (ISO style, UTC).</summary>
static class PgTimes
{
    const long MicrosPerSecond = 1_000_000;
    const long MicrosPerDay = 86_400 * MicrosPerSecond;

    /// <summary>Days since 1970.</summary>
    public static string Date(int days) => days switch
    {
        int.MaxValue => "infinity",
        -int.MaxValue => "-infinity",
        _ => $"{Civil(days, out var suffix)}{suffix}",
    };

    /// <summary>Microseconds of the day.</summary>
    public static string Time(long micros)
    {
        var seconds = micros / MicrosPerSecond;
        var fraction = micros % MicrosPerSecond;
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        return fraction == 0
            ? text
            : $"{text}.{fraction.ToString("000000", CultureInfo.InvariantCulture).TrimEnd('0')}";
    }

    /// <summary>Microseconds since 1970.</summary>
    public static string Timestamp(long micros) => Instant(micros, "");

    /// <summary>Microseconds since 1970, with the zone.</summary>
    public static string TimestampTz(long micros) => Instant(micros, "+00");

    /// <summary>An interval in the style <c>postgres</c>.</summary>
    public static string Interval((int Months, int Days, long Micros) interval)
    {
        var parts = new List<string>();
        Add(interval.Months / 12, "year");
        Add(interval.Months % 12, "mon");
        Add(interval.Days, "day");
        if (interval.Micros != 0 || parts.Count == 0)
            parts.Add($"{(interval.Micros < 0 ? "-" : "")}{Time(Math.Abs(interval.Micros))}");
        return string.Join(' ', parts);

        void Add(int count, string unit)
        {
            if (count != 0)
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {unit}{(count == 1 ? "" : "s")}"));
        }
    }

    static string Instant(long micros, string zone)
    {
        if (micros is long.MaxValue or -long.MaxValue)
            return micros > 0 ? "infinity" : "-infinity";
        var (days, rest) = Math.DivRem(micros, MicrosPerDay);
        if (rest < 0)
            (days, rest) = (days - 1, rest + MicrosPerDay);
        return $"{Civil(days, out var suffix)} {Time(rest)}{zone}{suffix}";
    }

    // By cycles of 400 years, since years beyond those of .NET are there too.
    static string Civil(long days, out string suffix)
    {
        var shifted = days + 719_468;
        var era = Math.DivRem(shifted, 146_097, out var ofEra);
        if (ofEra < 0)
            (era, ofEra) = (era - 1, ofEra + 146_097);
        var yearOfEra = (ofEra - (ofEra / 1_460) + (ofEra / 36_524) - (ofEra / 146_096)) / 365;
        var ofYear = ofEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var monthFromMarch = ((5 * ofYear) + 2) / 153;
        var day = ofYear - (((153 * monthFromMarch) + 2) / 5) + 1;
        var month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        var year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);
        suffix = year <= 0 ? " BC" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{(year <= 0 ? 1 - year : year):0000}-{month:00}-{day:00}");
    }
}
