using System.Globalization;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Writes floats as PostgreSQL does: the shortest digits that read back the same, <c>1e-07</c>, <c>0.5</c>,
/// <c>1e+15</c>.</summary>
static class FloatText
{
    /// <summary>The most bytes that a float takes.</summary>
    public const int LengthMax = 32;

    const int DoubleExponentMax = 15;
    const int SingleExponentMax = 6;
    const int ExponentMin = -4;

    /// <summary>Writes a double; answers the length.</summary>
    public static int Write(double value, Span<byte> target)
    {
        Span<byte> shortest = stackalloc byte[LengthMax];
        value.TryFormat(shortest, out var length, default, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? Layout(shortest[..length], DoubleExponentMax, target) : Word(value, target);
    }

    /// <summary>Writes a float; answers the length.</summary>
    public static int Write(float value, Span<byte> target)
    {
        Span<byte> shortest = stackalloc byte[LengthMax];
        value.TryFormat(shortest, out var length, default, CultureInfo.InvariantCulture);
        return float.IsFinite(value) ? Layout(shortest[..length], SingleExponentMax, target) : Word(value, target);
    }

    static int Word(double value, Span<byte> target)
    {
        var word = double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;
        word.CopyTo(target);
        return word.Length;
    }

    // [-] digits [. digits] [E (+|-) digits] in, digits and a power of ten in between.
    static int Layout(ReadOnlySpan<byte> shortest, int exponentMax, Span<byte> target)
    {
        Span<byte> digits = stackalloc byte[LengthMax];
        var (count, point, length) = (0, 0, 0);
        var seenPoint = false;
        if (shortest[0] == '-')
        {
            target[length++] = (byte)'-';
            shortest = shortest[1..];
        }
        var exponentAt = shortest.IndexOf((byte)'E');
        foreach (var unit in exponentAt < 0 ? shortest : shortest[..exponentAt])
        {
            if (unit == '.')
            {
                seenPoint = true;
                continue;
            }
            if (count == 0 && unit == '0')
            {
                // A zero in front: behind the point it moves the point, before it it says nothing.
                point -= seenPoint ? 1 : 0;
                continue;
            }
            point += seenPoint ? 0 : 1;
            digits[count++] = unit;
        }
        if (exponentAt >= 0)
            point += int.Parse(shortest[(exponentAt + 1)..], CultureInfo.InvariantCulture);
        while (count > 0 && digits[count - 1] == '0')
            count--;
        if (count == 0)
        {
            target[length] = (byte)'0';
            return length + 1;
        }
        return point - 1 >= ExponentMin && point - 1 < exponentMax
            ? length + Fixed(digits[..count], point, target[length..])
            : length + Scientific(digits[..count], point - 1, target[length..]);
    }

    static int Fixed(ReadOnlySpan<byte> digits, int point, Span<byte> target)
    {
        if (point <= 0)
        {
            target[0] = (byte)'0';
            target[1] = (byte)'.';
            target.Slice(2, -point).Fill((byte)'0');
            digits.CopyTo(target[(2 - point)..]);
            return 2 - point + digits.Length;
        }
        if (digits.Length <= point)
        {
            digits.CopyTo(target);
            target[digits.Length..point].Fill((byte)'0');
            return point;
        }
        digits[..point].CopyTo(target);
        target[point] = (byte)'.';
        digits[point..].CopyTo(target[(point + 1)..]);
        return digits.Length + 1;
    }

    static int Scientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> target)
    {
        target[0] = digits[0];
        var length = 1;
        if (digits.Length > 1)
        {
            target[length++] = (byte)'.';
            digits[1..].CopyTo(target[length..]);
            length += digits.Length - 1;
        }
        target[length++] = (byte)'e';
        target[length++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(target[length..], out var written, "D2", CultureInfo.InvariantCulture);
        return length + written;
    }
}
