using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>An array as a JSON array of its element's mapping; more dimensions nest.</summary>
sealed class ArrayEncoder(ValueEncoder element) : ValueEncoder(element.Type.AsArray())
{
    // array   = ["[" bound ":" bound "]"... "="] body
    // body    = "{" [item {"," item}] "}"
    // item    = body | NULL | bare text | '"' text with \ before any character '"'
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text.Length > 0 && text[0] == (byte)'[')
            text = text[(text.IndexOf((byte)'=') + 1)..];
        var scratch = text.Length <= 1024 ? stackalloc byte[text.Length] : new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'{':
                    output.Append((byte)'[');
                    break;
                case (byte)'}':
                    output.Append((byte)']');
                    break;
                case (byte)',':
                    output.Append((byte)',');
                    break;
                case (byte)'"':
                    i = WriteQuoted(text, i + 1, scratch, output);
                    break;
                default:
                    i = WriteBare(text, i, output);
                    break;
            }
        }
    }

    public override void WriteUnavailable(UnavailableMark mark, JsonBuffer output)
    {
        output.Append((byte)'[');
        element.WriteUnavailableItems(mark, output);
        output.Append((byte)']');
    }

    // Returns the index of the closing quote.
    int WriteQuoted(ReadOnlySpan<byte> text, int start, Span<byte> scratch, JsonBuffer output)
    {
        var length = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == (byte)'"')
            {
                element.Write(scratch[..length], output);
                return i;
            }
            if (text[i] == (byte)'\\' && i + 1 < text.Length)
                i++;
            scratch[length++] = text[i];
        }
        throw new MalformedValueException("an array", "closed by a quote", text.Length);
    }

    // Returns the index of the item's last byte.
    int WriteBare(ReadOnlySpan<byte> text, int start, JsonBuffer output)
    {
        var end = text[start..].IndexOfAny((byte)',', (byte)'}');
        if (end < 0)
            throw new MalformedValueException("an array", "closed by a brace", text.Length);
        var item = text.Slice(start, end);
        if (item.SequenceEqual("NULL"u8))
            output.Append("null"u8);
        else
            element.Write(item, output);
        return start + end - 1;
    }
}
