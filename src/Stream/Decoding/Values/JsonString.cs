using System.Buffers;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Writes text as a JSON string.</summary>
static class JsonString
{
    /// <summary>Writes the quotes and what is between them; only what JSON wants escaped is.</summary>
    public static void Write(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> target)
    {
        target.Write("\""u8);
        while (true)
        {
            var plain = text.IndexOfAny(Escaped);
            target.Write(plain < 0 ? text : text[..plain]);
            if (plain < 0)
                break;
            WriteEscape(text[plain], target);
            text = text[(plain + 1)..];
        }
        target.Write("\""u8);
    }

    static readonly SearchValues<byte> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(static unit => (byte)unit), (byte)'"', (byte)'\\']);

    static void WriteEscape(byte unit, ArrayBufferWriter<byte> target)
    {
        var letter = unit switch
        {
            (byte)'"' or (byte)'\\' => unit,
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => (byte)'u',
        };
        target.Write([(byte)'\\', letter]);
        if (letter == 'u')
            target.Write([(byte)'0', (byte)'0', (byte)('0' + (unit >> 4)), "0123456789abcdef"u8[unit & 15]]);
    }
}
