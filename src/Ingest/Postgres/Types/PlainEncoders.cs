using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>A JSON string of the text as it is: text, json, enums, ranges, inet, and every type without a rule of its
/// own.</summary>
sealed class TextEncoder(ConnectType type) : ValueEncoder(type)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.AppendString(text);
}

/// <summary>uuid: the text as it is.</summary>
sealed class UuidEncoder() : ValueEncoder(new ConnectType("string") { Name = "io.debezium.data.Uuid" })
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.AppendString(text);

    public override void WriteUnavailableItems(UnavailableMark mark, JsonBuffer output)
    {
        if (mark.IsTyped)
            mark.AppendUuid(output);
        else
            WriteUnavailable(mark, output);
    }

    public override void WriteZero(JsonBuffer output) =>
        output.AppendString("00000000-0000-0000-0000-000000000000"u8);
}

/// <summary>Integers: the digits are JSON already.</summary>
sealed class IntegerEncoder(string kind) : NumberEncoder(new ConnectType(kind))
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.Append(text);
}

/// <summary><c>t</c> and <c>f</c>, and the digits of <c>bit(1)</c>.</summary>
sealed class BooleanEncoder() : ValueEncoder(ConnectType.Boolean)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.Append(
        text.Length == 0 ? throw new MalformedValueException("boolean", "t or f", 0)
        : text[0] is (byte)'t' or (byte)'1' ? "true"u8
        : "false"u8);

    public override void WriteZero(JsonBuffer output) => output.Append("false"u8);
}

/// <summary>Floats: the shortest text that reads back the same is a JSON number; NaN and the infinities, which JSON
/// lacks, are strings.</summary>
sealed class FloatEncoder(ConnectType type) : NumberEncoder(type)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.Length > 0 && (char.IsAsciiDigit((char)text[^1])))
            output.Append(text);
        else
            output.AppendString(text);
    }
}
