using System.Buffers.Text;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>Reads dates and times of day in PostgreSQL's ISO style as counts from 1970 and from midnight.</summary>
static class CivilTime
{
    public const long DayMicros = 86_400_000_000;

    /// <summary>Days since 1970-01-01 of <c>yyyy-mm-dd</c>, the era's mark taken off before: PostgreSQL's calendar is
    /// Gregorian for all of time.</summary>
    public static long Days(ReadOnlySpan<byte> date, bool beforeChrist)
    {
        var dash = date.IndexOf((byte)'-');
        if (dash < 4 || date.Length != dash + "-mm-dd".Length
            || !Utf8Parser.TryParse(date, out int year, out var used) || used != dash
            || !Utf8Parser.TryParse(date.Slice(dash + 1, 2), out int month, out _)
            || !Utf8Parser.TryParse(date.Slice(dash + 4, 2), out int day, out _))
        {
            throw new MalformedValueException("a date", "yyyy-mm-dd", date.Length);
        }
        long y = beforeChrist ? 1 - year : year;
        // Years from March on, so that the leap day is the last one:
        // http://howardhinnant.github.io/date_algorithms.html
        y -= month <= 2 ? 1 : 0;
        var era = (y >= 0 ? y : y - 399) / 400;
        var yearOfEra = y - era * 400;
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        var dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }

    /// <summary>Microseconds since midnight of <c>hh:mm:ss[.ffffff]</c>, where hours may have more digits.</summary>
    public static long Micros(ReadOnlySpan<byte> time)
    {
        var colon = time.IndexOf((byte)':');
        if (colon < 2 || time.Length < colon + ":mm:ss".Length || time[colon + 3] != (byte)':'
            || !Utf8Parser.TryParse(time[..colon], out long hours, out _)
            || !Utf8Parser.TryParse(time.Slice(colon + 1, 2), out int minutes, out _)
            || !Utf8Parser.TryParse(time.Slice(colon + 4, 2), out int seconds, out _))
        {
            throw new MalformedValueException("a time", "hh:mm:ss", time.Length);
        }
        var micros = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000;
        var fraction = time[(colon + 6)..];
        long unit = 100_000;
        for (var i = 1; i < fraction.Length; i++, unit /= 10)
            micros += (fraction[i] - '0') * unit;
        return micros;
    }
}
