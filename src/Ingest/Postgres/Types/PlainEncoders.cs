using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>A JSON string of the text as it is: text, json, uuid, enums, ranges, inet, and every type without a rule of
/// its own.</summary>
sealed class TextEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.AppendString(text);
}

/// <summary>Integers: the digits are JSON already.</summary>
sealed class IntegerEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.Append(text);
}

/// <summary><c>t</c> and <c>f</c>, and the digits of <c>bit(1)</c>.</summary>
sealed class BooleanEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.Append(
        text.Length == 0 ? throw new MalformedValueException("boolean", "t or f", 0)
        : text[0] is (byte)'t' or (byte)'1' ? "true"u8
        : "false"u8);
}

/// <summary>Floats: the shortest text that reads back the same is a JSON number; NaN and the infinities, which JSON
/// lacks, are strings.</summary>
sealed class FloatEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.Length > 0 && (char.IsAsciiDigit((char)text[^1])))
            output.Append(text);
        else
            output.AppendString(text);
    }
}

/// <summary>numeric as a string with its scale. The special values have Java's names, as Debezium writes
/// them.</summary>
sealed class NumericEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.AppendString(text switch
    {
        [.., >= (byte)'0' and <= (byte)'9'] => text,
        [(byte)'N', ..] => "NAN"u8,
        [(byte)'-', ..] => "NEGATIVE_INFINITY"u8,
        _ => "POSITIVE_INFINITY"u8,
    });
}

/// <summary>money in the C locale, <c>-$1,234.56</c>, as a decimal string: <c>-1234.56</c>.</summary>
sealed class MoneyEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        output.Append((byte)'"');
        foreach (var c in text)
        {
            if (c is (byte)'-' or (byte)'.' || char.IsAsciiDigit((char)c))
                output.Append(c);
        }
        output.Append((byte)'"');
    }
}
