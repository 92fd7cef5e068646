using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>numeric as a string with its scale. The special values have Java's names, as Debezium writes
/// them.</summary>
sealed class DecimalTextEncoder() : ValueEncoder(ConnectType.String)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.AppendString(text switch
    {
        [.., >= (byte)'0' and <= (byte)'9'] => text,
        [(byte)'N', ..] => "NAN"u8,
        [(byte)'-', ..] => "NEGATIVE_INFINITY"u8,
        _ => "POSITIVE_INFINITY"u8,
    });

    public override void WriteZero(JsonBuffer output) => output.AppendString("0"u8);
}

/// <summary>numeric as a JSON number of double precision; what that lacks is a string.</summary>
sealed class DecimalDoubleEncoder() : NumberEncoder(ConnectType.Double)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw new MalformedValueException("numeric", "a decimal number", text.Length);
        if (double.IsFinite(value))
            output.AppendNumber(value);
        else
            output.AppendString(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
    }
}

/// <summary>numeric as base64 of its unscaled value, the shortest two's complement, highest byte first. With a
/// declared scale every value has that many digits after the point. The special values have no such form: they are
/// null.</summary>
sealed class DecimalBytesEncoder(int scale, int? precision) : ValueEncoder(ConnectType.Decimal(scale, precision))
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (!UnscaledNumber.IsFinite(text))
            output.Append("null"u8);
        else
            UnscaledNumber.Append(text, output);
    }

    public override void WriteZero(JsonBuffer output) => output.Append("\"AA==\""u8);
}

/// <summary>numeric of no declared scale as a struct of its scale and unscaled value, zeros at its end
/// dropped.</summary>
sealed class VariableScaleEncoder() : ValueEncoder(ConnectType.VariableScaleDecimal)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (!UnscaledNumber.IsFinite(text))
        {
            output.Append("null"u8);
            return;
        }
        var point = text.IndexOf((byte)'.');
        if (point >= 0)
            text = text.TrimEnd((byte)'0').TrimEnd((byte)'.');
        output.Append("{\"scale\":"u8);
        output.AppendNumber(point < 0 || point >= text.Length ? 0 : text.Length - point - 1);
        output.Append(",\"value\":"u8);
        UnscaledNumber.Append(text, output);
        output.Append((byte)'}');
    }

    public override void WriteZero(JsonBuffer output) => output.Append("{\"scale\":0,\"value\":\"AA==\"}"u8);
}

/// <summary>money in the C locale, <c>-$1,234.56</c>, as the decimal that another encoder writes.</summary>
sealed class MoneyEncoder(ValueEncoder number) : ValueEncoder(number.Type)
{
    const int LengthMax = 64;

    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.Length > LengthMax)
            throw new MalformedValueException("money", "an amount", text.Length);
        Span<byte> plain = stackalloc byte[LengthMax];
        var length = 0;
        foreach (var c in text)
        {
            if (c is (byte)'-' or (byte)'.' || char.IsAsciiDigit((char)c))
                plain[length++] = c;
        }
        number.Write(plain[..length], output);
    }

    public override void WriteZero(JsonBuffer output) => number.WriteZero(output);
}

/// <summary>Decimal text to the two's complement of its digits.</summary>
static class UnscaledNumber
{
    /// <summary>Digits that an Int128 always holds.</summary>
    const int DigitsMax = 38;

    public static bool IsFinite(ReadOnlySpan<byte> text) => text.Length > 0 && char.IsAsciiDigit((char)text[^1]);

    /// <summary>Appends the digits of a finite number, its point left out, as base64.</summary>
    public static void Append(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.Length > DigitsMax)
        {
            AppendLong(text, output);
            return;
        }
        var isNegative = text[0] == (byte)'-';
        Int128 value = 0;
        foreach (var c in isNegative ? text[1..] : text)
        {
            if (c == (byte)'.')
                continue;
            if (!char.IsAsciiDigit((char)c))
                throw new MalformedValueException("numeric", "a decimal number", text.Length);
            value = value * 10 + (c - '0');
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(bytes, isNegative ? -value : value);
        // The sign's byte is left out as long as the next one has the same sign.
        var start = 0;
        while (start < bytes.Length - 1
            && ((bytes[start] == 0 && bytes[start + 1] < 0x80) || (bytes[start] == 0xFF && bytes[start + 1] >= 0x80)))
        {
            start++;
        }
        output.AppendBase64(bytes[start..]);
    }

    static void AppendLong(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        var digits = ArrayPool<char>.Shared.Rent(text.Length);
        var bytes = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            var length = 0;
            foreach (var c in text)
            {
                if (c != (byte)'.')
                    digits[length++] = (char)c;
            }
            var number = digits.AsSpan(0, length);
            if (!BigInteger.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                || !value.TryWriteBytes(bytes, out var written, isBigEndian: true))
            {
                throw new MalformedValueException("numeric", "a decimal number", text.Length);
            }
            output.AppendBase64(bytes.AsSpan(0, written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(digits);
        }
    }
}
