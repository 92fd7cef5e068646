using System.Runtime.CompilerServices;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Reads dates and timestamps with years of four digits from padded text. Both methods answer the length of
/// what they read; 0 leaves the text to the plain decoder.</summary>
static class TimeScanner
{
    const int DateLength = 10;
    const int SecondsLength = 19;
    const int FractionMax = 6; // Microseconds.

    /// <summary><c>2026-05-04</c> as days since 1970.</summary>
    public static int Date(ref readonly byte text, out int days)
    {
        days = 0;
        var (century, year) = (Pair(in text, 0), Pair(in text, 2));
        var (month, day) = (Pair(in text, 5), Pair(in text, 8));
        if (century > 99 || year > 99 || month is 0 or > 12 || day is 0 or > 31 ||
            At(in text, 4) != '-' || At(in text, 7) != '-')
            return 0;
        var fullYear = (int)(century * 100 + year);
        if (day > 28 && day > TimeText.DaysInMonth(fullYear, (int)month))
            return 0;
        days = (int)TimeText.DaysOf(fullYear, (int)month, (int)day);
        return DateLength;
    }

    /// <summary><c>2026-05-04T10:20:30.123456Z</c>, as microseconds since 1970.</summary>
    public static int Timestamp(ref readonly byte text, out long microseconds)
    {
        microseconds = 0;
        if (Date(in text, out var days) == 0)
            return 0;
        var (hour, minute, second) = (Pair(in text, 11), Pair(in text, 14), Pair(in text, 17));
        if (hour > 23 || minute > 59 || second > 59 ||
            At(in text, 10) != 'T' || At(in text, 13) != ':' || At(in text, 16) != ':')
            return 0;
        var length = SecondsLength;
        long fraction = 0;
        if (At(in text, length) == '.')
        {
            var word = DigitWord.Load(in At(in text, length + 1));
            var digits = DigitWord.Count(word);
            if (digits is 0 or > FractionMax)
                return 0;
            fraction = DigitWord.Value(word, digits) * NumberScanner.PowerOfTen(FractionMax - digits);
            length += 1 + digits;
        }
        if (At(in text, length) != 'Z')
            return 0;
        microseconds = days * TimeText.DayUs + (hour * 3600L + minute * 60L + second) * 1_000_000 + fraction;
        return length + 1;
    }

    /// <summary>The number of two digits; far more than 99 when they are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Pair(ref readonly byte text, int offset)
    {
        // What stands before the digits in the code wraps to a large number.
        var tens = unchecked((uint)At(in text, offset) - '0');
        var ones = unchecked((uint)At(in text, offset + 1) - '0');
        return tens <= 9 && ones <= 9 ? tens * 10 + ones : uint.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ref readonly byte At(ref readonly byte text, int offset) =>
        ref Unsafe.Add(ref Unsafe.AsRef(in text), offset);
}
