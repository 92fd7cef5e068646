using System.Globalization;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Reads decimals from their plain or scientific notation, exactly:
/// <c>[-] digits [. digits] [(e|E) [+|-] digits]</c>, at most 38 digits between the outer zeros.</summary>
static class DecimalText
{
    const int DigitsMax = 38; // 10^38 - 1 is the largest number of nines that an Int128 holds.
    const int NarrowDigitsMax = 18;

    static readonly Int128[] Powers = PowersOfTen();

    /// <summary>10^exponent, for 0 to 38.</summary>
    public static Int128 PowerOfTen(int exponent) => Powers[exponent];

    /// <summary>Reads text × 10^scale. More digits than the scale or the precision keeps are out of range, unless they
    /// are zeros.</summary>
    public static RejectReason Read(ReadOnlySpan<byte> text, int precision, int scale, out Int128 unscaled)
    {
        unscaled = 0;
        var negative = text is [(byte)'-', ..];
        var digits = text[(negative ? 1 : 0)..];
        var whole = TakeDigits(ref digits);
        var fraction = ReadOnlySpan<byte>.Empty;
        if (whole.IsEmpty)
            return NotFinite(text) ? RejectReason.ValueOutOfRange : RejectReason.WrongType;
        if (digits is [(byte)'.', ..])
        {
            digits = digits[1..];
            fraction = TakeDigits(ref digits);
            if (fraction.IsEmpty)
                return RejectReason.WrongType;
        }
        if (!TryExponent(digits, out var exponent))
            return RejectReason.WrongType;
        whole = whole.TrimStart((byte)'0');
        fraction = fraction.TrimEnd((byte)'0');
        if (whole.Length + fraction.Length > DigitsMax)
            return RejectReason.ValueOutOfRange;
        var value = Number(whole, fraction);
        if (!TryShift(ref value, exponent - fraction.Length + scale, precision))
            return RejectReason.ValueOutOfRange;
        unscaled = negative ? -value : value;
        return RejectReason.None;
    }

    /// <summary>Writes unscaled / 10^scale in plain notation; answers the length, at most 41 bytes.</summary>
    public static int Write(Int128 unscaled, int scale, Span<byte> target)
    {
        Span<byte> digits = stackalloc byte[DigitsMax + 1];
        Int128.Abs(unscaled).TryFormat(digits, out var count, default, CultureInfo.InvariantCulture);
        var length = 0;
        if (unscaled < 0)
            target[length++] = (byte)'-';
        if (count <= scale)
        {
            target[length++] = (byte)'0';
            target[length++] = (byte)'.';
            target.Slice(length, scale - count).Fill((byte)'0');
            length += scale - count;
            digits[..count].CopyTo(target[length..]);
            return length + count;
        }
        digits[..(count - scale)].CopyTo(target[length..]);
        length += count - scale;
        if (scale == 0)
            return length;
        target[length++] = (byte)'.';
        digits[(count - scale)..count].CopyTo(target[length..]);
        return length + scale;
    }

    /// <summary>The shortest digits of a double in plain notation.</summary>
    public static string Plain(double number)
    {
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var at = shortest.IndexOf('E', StringComparison.Ordinal);
        if (at < 0)
            return shortest;
        var exponent = int.Parse(shortest.AsSpan(at + 1), CultureInfo.InvariantCulture);
        var sign = shortest[0] == '-' ? "-" : "";
        var digits = shortest[sign.Length..at].Replace(".", "", StringComparison.Ordinal);
        return exponent < 0
            ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : sign + digits.PadRight(exponent + 1, '0');
    }

    static ReadOnlySpan<byte> TakeDigits(scoped ref ReadOnlySpan<byte> text)
    {
        var end = 0;
        while (end < text.Length && char.IsAsciiDigit((char)text[end]))
            end++;
        var digits = text[..end];
        text = text[end..];
        return digits;
    }

    static bool TryExponent(ReadOnlySpan<byte> text, out int exponent)
    {
        exponent = 0;
        if (text.IsEmpty)
            return true;
        if (text[0] is not ((byte)'e' or (byte)'E'))
            return false;
        text = text[1..];
        var negative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..])
            text = text[1..];
        if (text.IsEmpty || text.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        foreach (var digit in text)
            exponent = Math.Min(10_000_000, exponent * 10 + (digit - '0')); // Far outside of any decimal.
        exponent = negative ? -exponent : exponent;
        return true;
    }

    static Int128 Number(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction)
    {
        if (whole.Length + fraction.Length <= NarrowDigitsMax)
        {
            long narrow = 0;
            foreach (var digit in whole)
                narrow = narrow * 10 + (digit - '0');
            foreach (var digit in fraction)
                narrow = narrow * 10 + (digit - '0');
            return narrow;
        }
        Int128 wide = 0;
        foreach (var digit in whole)
            wide = wide * 10 + (digit - '0');
        foreach (var digit in fraction)
            wide = wide * 10 + (digit - '0');
        return wide;
    }

    /// <summary>Multiplies by 10^shift if that keeps every digit and stays below 10^precision.</summary>
    public static bool TryShift(ref Int128 value, int shift, int precision)
    {
        if (value == 0)
            return true;
        if (value < 0)
        {
            value = -value;
            var shifted = TryShift(ref value, shift, precision);
            value = -value;
            return shifted;
        }
        for (; shift < 0; shift++)
        {
            var (quotient, rest) = Int128.DivRem(value, 10);
            if (rest != 0)
                return false;
            value = quotient;
        }
        if (shift > precision || value >= Powers[precision - shift])
            return false;
        value *= Powers[shift];
        return true;
    }

    /// <summary>Whether the text is one of Debezium's words for what a decimal column cannot hold.</summary>
    static bool NotFinite(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("NAN"u8) || text.SequenceEqual("NaN"u8) ||
        text.SequenceEqual("POSITIVE_INFINITY"u8) || text.SequenceEqual("NEGATIVE_INFINITY"u8) ||
        text.SequenceEqual("Infinity"u8) || text.SequenceEqual("-Infinity"u8);

    static Int128[] PowersOfTen()
    {
        var powers = new Int128[DigitsMax + 1];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
            powers[i] = powers[i - 1] * 10;
        return powers;
    }
}
