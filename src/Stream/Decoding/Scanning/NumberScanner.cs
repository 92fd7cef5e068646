using System.Runtime.CompilerServices;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Reads numbers of up to 18 digits, as they usually are spelled, from padded text. All methods answer the
/// length of what they read; 0 leaves the text to the plain decoder.</summary>
static class NumberScanner
{
    const int DigitsMax = 18; // Any number of them fits an Int64.
    const int ExactDigitsMax = 15; // Any number of them is a double without rounding, and so is 10^15.

    static readonly long[] Powers = [.. PowersOfTen()];

    static readonly double[] ExactPowers = [.. Powers.Take(ExactDigitsMax + 1).Select(static power => (double)power)];

    /// <summary>10^exponent, for 0 to 18.</summary>
    public static long PowerOfTen(int exponent) => Powers[exponent];

    /// <summary>A JSON integer. What follows it is not looked at.</summary>
    public static int Integer(ref readonly byte text, out long value)
    {
        var sign = text == '-' ? 1 : 0;
        ref readonly var first = ref At(in text, sign);
        var length = Digits(in first, out value);
        if (length == 0 || (first == '0' && length > 1))
            return 0;
        value = sign == 0 ? value : -value;
        return length + sign;
    }

    /// <summary>A JSON number without an exponent, to the nearest double.</summary>
    public static int Double(ref readonly byte text, out double value)
    {
        value = 0;
        var length = Decimal(in text, out var unscaled, out var fraction);
        if (length == 0 || length > ExactDigitsMax || At(in text, length) is (byte)'e' or (byte)'E')
            return 0;
        var sign = text == '-' ? 1 : 0;
        if (At(in text, sign) == '0' && char.IsAsciiDigit((char)At(in text, sign + 1)))
            return 0;
        // Both operands are exact, so the quotient is the nearest there is: as if the text had been divided.
        var quotient = Math.Abs(unscaled) / ExactPowers[fraction];
        value = sign == 0 ? quotient : -quotient; // A zero has a sign too.
        return length;
    }

    /// <summary><c>[-] digits [. digits]</c> as a whole number and how many of its digits are behind the
    /// point.</summary>
    public static int Decimal(ref readonly byte text, out long unscaled, out int fraction)
    {
        fraction = 0;
        var sign = text == '-' ? 1 : 0;
        var whole = Digits(in At(in text, sign), out unscaled);
        if (whole == 0)
            return 0;
        var length = sign + whole;
        if (At(in text, length) == '.')
        {
            fraction = Digits(in At(in text, length + 1), out var behind);
            if (fraction == 0 || whole + fraction > DigitsMax)
                return 0;
            unscaled = unscaled * Powers[fraction] + behind;
            length += 1 + fraction;
        }
        unscaled = sign == 0 ? unscaled : -unscaled;
        return length;
    }

    /// <summary>Digits alone; 0 for more of them than 18.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Digits(ref readonly byte text, out long value)
    {
        var word = DigitWord.Load(in text);
        var count = DigitWord.Count(word);
        value = count == 0 ? 0 : DigitWord.Value(word, count);
        return count < 8 ? count : MoreDigits(in text, ref value);
    }

    static int MoreDigits(ref readonly byte text, ref long value)
    {
        var length = 8;
        while (true)
        {
            var word = DigitWord.Load(in At(in text, length));
            var count = DigitWord.Count(word);
            if (count == 0)
                return length;
            length += count;
            if (length > DigitsMax)
                return 0;
            value = value * Powers[count] + DigitWord.Value(word, count);
            if (count < 8)
                return length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ref readonly byte At(ref readonly byte text, int offset) =>
        ref Unsafe.Add(ref Unsafe.AsRef(in text), offset);

    static IEnumerable<long> PowersOfTen()
    {
        var power = 1L;
        for (var exponent = 0; exponent < DigitsMax; exponent++, power *= 10)
            yield return power;
        yield return power;
    }
}
