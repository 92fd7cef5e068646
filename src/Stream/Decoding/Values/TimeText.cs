using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Reads dates and timestamps from ISO 8601 text, as Debezium's <c>IsoDate</c>, <c>IsoTimestamp</c> and
/// <c>ZonedTimestamp</c> write it, and writes times of day. Years count astronomically: 0 is 1 BC. The Gregorian
/// calendar holds for all time.</summary>
static class TimeText
{
    /// <summary>What DuckDB reads as the timestamp <c>infinity</c>; negated for <c>-infinity</c>.</summary>
    public const long InfinityUs = long.MaxValue;

    /// <summary>What DuckDB reads as the date <c>infinity</c>; negated for <c>-infinity</c>.</summary>
    public const int InfinityDays = int.MaxValue;

    /// <summary>A whole day, which PostgreSQL allows as the time of day 24:00:00.</summary>
    public const long DayNanoseconds = DayUs * 1000;

    /// <summary>The most bytes that <see cref="WriteTime"/> writes.</summary>
    public const int TimeLengthMax = 19;

    /// <summary>A day.</summary>
    public const long DayUs = 86_400_000_000;

    // The PostgreSQL driver's stand-ins for infinity, which Debezium passes on as if they were times.
    const long DriverInfinityUs = 9_223_372_036_825_200_000;
    const long DriverMinusInfinityUs = -9_223_372_036_832_400_000;

    // The same of a date, which the connector's stream and its snapshots (and arrays) count each in their own way. No
    // date of the database is as early.
    const int StreamInfinityDays = -2_147_472_692;
    const int StreamMinusInfinityDays = -2_147_472_691;
    const int SnapshotInfinityDays = -622_191_234;
    const int SnapshotMinusInfinityDays = -625_821_272;

    /// <summary>The earliest date that the database has: 4714-11-24 BC.</summary>
    public const int EarliestDays = -2_440_588;

    /// <summary>The earliest timestamp that the database has.</summary>
    public const long EarliestUs = EarliestDays * DayUs;

    /// <summary>Reads <c>2026-05-04</c>, with or without a <c>Z</c>, or an infinity. Our own source and Debezium spell
    /// the infinities with each other's text.</summary>
    public static RejectReason ReadDate(ReadOnlySpan<byte> text, EventWriter writer, out int days)
    {
        days = 0;
        if (TryInfinity(text, out var sign))
        {
            days = sign * InfinityDays;
            return RejectReason.None;
        }
        if (!TryTakeDate(ref text, out var wideDays) || text is not ([] or [(byte)'Z']))
            return RejectReason.WrongType;
        days = wideDays switch
        {
            // The driver's dates of its infinities are of years that the database does not have.
            > int.MaxValue => InfinityDays,
            < int.MinValue => -InfinityDays,
            StreamInfinityDays when writer == EventWriter.Tapline => -InfinityDays,
            _ => Infinite((int)wideDays),
        };
        return RejectReason.None;
    }

    /// <summary>Reads <c>2026-05-04T10:20:30.123456Z</c>, or an infinity, as microseconds since 1970. Up to nine digits
    /// after the point, what is finer than a microsecond is cut off. The offset may be absent unless
    /// <paramref name="offsetWanted"/>.</summary>
    public static RejectReason ReadTimestamp(ReadOnlySpan<byte> text, bool offsetWanted, out long microseconds)
    {
        microseconds = 0;
        if (TryInfinity(text, out var sign))
        {
            microseconds = sign * InfinityUs;
            return RejectReason.None;
        }
        if (!TryTakeDate(ref text, out var days) || text is not [(byte)'T', ..])
            return RejectReason.WrongType;
        text = text[1..];
        if (!TryTakeTime(ref text, out var timeUs) || !TryOffset(text, offsetWanted, out var offsetUs))
            return RejectReason.WrongType;
        timeUs -= offsetUs;
        if (days is > -100_000_000 and < 100_000_000)
        {
            microseconds = days * DayUs + timeUs;
            return RejectReason.None;
        }
        var wide = (Int128)days * DayUs + timeUs;
        if (wide < long.MinValue || wide > long.MaxValue)
            return RejectReason.ValueOutOfRange;
        microseconds = Infinite((long)wide);
        return RejectReason.None;
    }

    /// <summary>Puts DuckDB's infinities in place of the driver's.</summary>
    public static int Infinite(int days) => days switch
    {
        > EarliestDays => days,
        StreamInfinityDays or SnapshotInfinityDays => InfinityDays,
        StreamMinusInfinityDays or SnapshotMinusInfinityDays => -InfinityDays,
        _ => days,
    };

    /// <summary>Puts DuckDB's infinities in place of the driver's.</summary>
    public static long Infinite(long microseconds) => microseconds switch
    {
        DriverInfinityUs => InfinityUs,
        DriverMinusInfinityUs => -InfinityUs,
        _ => microseconds,
    };

    /// <summary>Writes a time of day as Debezium's <c>IsoTime</c> does: <c>10:20:30.12Z</c>, without zeros at the end
    /// of the fraction; 24:00:00 is the midnight that it means. Answers the length.</summary>
    public static int WriteTime(long nanoseconds, Span<byte> target)
    {
        var (seconds, fraction) = Math.DivRem(nanoseconds % DayNanoseconds, 1_000_000_000);
        WritePair(seconds / 3600, target);
        target[2] = (byte)':';
        WritePair(seconds / 60 % 60, target[3..]);
        target[5] = (byte)':';
        WritePair(seconds % 60, target[6..]);
        var length = 8;
        if (fraction > 0)
        {
            target[length++] = (byte)'.';
            for (var unit = 100_000_000; fraction > 0; unit /= 10)
            {
                target[length++] = (byte)('0' + fraction / unit);
                fraction %= unit;
            }
        }
        target[length++] = (byte)'Z';
        return length;
    }

    static void WritePair(long number, Span<byte> target)
    {
        target[0] = (byte)('0' + number / 10);
        target[1] = (byte)('0' + number % 10);
    }

    static bool TryInfinity(ReadOnlySpan<byte> text, out int sign)
    {
        sign = text.SequenceEqual("infinity"u8) ? 1 : text.SequenceEqual("-infinity"u8) ? -1 : 0;
        return sign != 0;
    }

    static bool TryTakeDate(ref ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        var year = 0L;
        var signed = text is [(byte)'-' or (byte)'+', ..];
        var negative = signed && text[0] == '-';
        if (signed)
            text = text[1..];
        var digits = 0;
        for (; digits < text.Length && char.IsAsciiDigit((char)text[digits]) && digits < 9; digits++)
            year = year * 10 + (text[digits] - '0');
        if (digits < 4 || text.Length < digits + 6 || text[digits] != '-' || text[digits + 3] != '-')
            return false;
        year = negative ? -year : year;
        var month = Pair(text[(digits + 1)..]);
        var day = Pair(text[(digits + 4)..]);
        if (month is < 1 or > 12 || day < 1 || day > DaysInMonth(year, month))
            return false;
        text = text[(digits + 6)..];
        days = DaysOf(year, month, day);
        return true;
    }

    static bool TryTakeTime(ref ReadOnlySpan<byte> text, out long microseconds)
    {
        microseconds = 0;
        if (text.Length < 8 || text[2] != ':' || text[5] != ':')
            return false;
        var (hour, minute, second) = (Pair(text), Pair(text[3..]), Pair(text[6..]));
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
            return false;
        text = text[8..];
        var fraction = 0;
        if (text is [(byte)'.', ..])
        {
            var digits = 1;
            for (var unit = 100_000; digits < text.Length && char.IsAsciiDigit((char)text[digits]); unit /= 10)
                fraction += unit * (text[digits++] - '0');
            if (digits is < 2 or > 10)
                return false;
            text = text[digits..];
        }
        microseconds = (hour * 3600L + minute * 60 + second) * 1_000_000 + fraction;
        return true;
    }

    static bool TryOffset(ReadOnlySpan<byte> text, bool wanted, out long microseconds)
    {
        microseconds = 0;
        if (text is [(byte)'Z'])
            return true;
        if (text.IsEmpty)
            return !wanted;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':')
            return false;
        var (hours, minutes) = (Pair(text[1..]), Pair(text[4..]));
        if (hours is < 0 or > 23 || minutes is < 0 or > 59)
            return false;
        microseconds = (hours * 3600L + minutes * 60) * 1_000_000 * (text[0] == '-' ? -1 : 1);
        return true;
    }

    /// <summary>The number of two digits; negative when they are none.</summary>
    static int Pair(ReadOnlySpan<byte> text)
    {
        var tens = text[0] - '0';
        var ones = text[1] - '0';
        return tens is >= 0 and <= 9 && ones is >= 0 and <= 9 ? tens * 10 + ones : -1;
    }

    /// <summary>How many days a month has.</summary>
    public static int DaysInMonth(long year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Days since 1970. A year is taken to start in March, so that the leap day is its last.</summary>
    public static long DaysOf(long year, int month, int day)
    {
        var marchYear = month > 2 ? year : year - 1;
        var era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400;
        var yearOfEra = marchYear - era * 400;
        var dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        var dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }
}
