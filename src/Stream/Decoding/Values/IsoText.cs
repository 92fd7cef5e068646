using System.Globalization;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Writes dates and timestamps as our own source spells them in events: <c>2026-05-04Z</c>,
/// <c>2026-05-04T10:20:30.12Z</c>; years count astronomically and have a sign when they are not of four
/// digits.</summary>
static class IsoText
{
    /// <summary>The most bytes that a date or a timestamp takes.</summary>
    public const int LengthMax = 48;

    // The PostgreSQL driver's stand-ins for infinity, which a connector writes in ISO mode.
    static ReadOnlySpan<byte> DateInfinity => "+292278994-08-16Z"u8;

    static ReadOnlySpan<byte> DateMinusInfinity => "-5877611-06-21Z"u8;

    static ReadOnlySpan<byte> TimestampInfinity => "+294247-01-10T04:00:25.2Z"u8;

    static ReadOnlySpan<byte> TimestampMinusInfinity => "-290308-12-21T19:59:27.6Z"u8;

    /// <summary>Writes days since 1970; answers the length.</summary>
    public static int WriteDate(int days, Span<byte> target)
    {
        if (days == TimeText.InfinityDays || days == -TimeText.InfinityDays)
            return Copy(days > 0 ? DateInfinity : DateMinusInfinity, target);
        var length = WriteDay(days, target);
        target[length] = (byte)'Z';
        return length + 1;
    }

    /// <summary>Writes microseconds since 1970; answers the length.</summary>
    public static int WriteTimestamp(long microseconds, Span<byte> target)
    {
        if (microseconds == TimeText.InfinityUs || microseconds == -TimeText.InfinityUs)
            return Copy(microseconds > 0 ? TimestampInfinity : TimestampMinusInfinity, target);
        var days = microseconds / TimeText.DayUs - (microseconds % TimeText.DayUs < 0 ? 1 : 0);
        var length = WriteDay(days, target);
        target[length++] = (byte)'T';
        return length + TimeText.WriteTime((microseconds - days * TimeText.DayUs) * 1000, target[length..]);
    }

    static int WriteDay(long days, Span<byte> target)
    {
        var (year, month, day) = Civil(days);
        var length = 0;
        if (year is < 0 or > 9999)
            target[length++] = year < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(year).TryFormat(target[length..], out var written, "D4", CultureInfo.InvariantCulture);
        length += written;
        target[length++] = (byte)'-';
        month.TryFormat(target[length..], out written, "D2", CultureInfo.InvariantCulture);
        length += written;
        target[length++] = (byte)'-';
        day.TryFormat(target[length..], out written, "D2", CultureInfo.InvariantCulture);
        return length + written;
    }

    /// <summary>The inverse of <see cref="TimeText.DaysOf"/>: years start in March here, too.</summary>
    static (long Year, int Month, int Day) Civil(long days)
    {
        var shifted = days + 719_468;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var dayOfEra = shifted - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var marchMonth = (5 * dayOfYear + 2) / 153;
        var day = (int)(dayOfYear - (153 * marchMonth + 2) / 5) + 1;
        var month = (int)(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9);
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
    }

    static int Copy(ReadOnlySpan<byte> text, Span<byte> target)
    {
        text.CopyTo(target);
        return text.Length;
    }
}
