using System.Text;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Takes the escapes out of the inside of a JSON string.</summary>
static class JsonEscapes
{
    /// <summary>Writes the string that a well-formed spelling stands for; the target needs no more room than the
    /// spelling. False when half of a surrogate pair is escaped without the other.</summary>
    public static bool TryRemove(ReadOnlySpan<byte> spelling, Span<byte> target, out int length)
    {
        length = 0;
        while (true)
        {
            var plain = spelling.IndexOf((byte)'\\');
            var run = plain < 0 ? spelling : spelling[..plain];
            run.CopyTo(target[length..]);
            length += run.Length;
            if (plain < 0)
                return true;
            spelling = spelling[plain..];
            if (spelling[1] != 'u')
            {
                target[length++] = Simple(spelling[1]);
                spelling = spelling[2..];
                continue;
            }
            if (!TryTakeRune(ref spelling, out var rune))
                return false;
            length += rune.EncodeToUtf8(target[length..]);
        }
    }

    static byte Simple(byte letter) => letter switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => letter,
    };

    static bool TryTakeRune(ref ReadOnlySpan<byte> spelling, out Rune rune)
    {
        var first = Unit(spelling);
        spelling = spelling[6..];
        if (Rune.TryCreate(first, out rune))
            return true;
        if (spelling is not [(byte)'\\', (byte)'u', ..])
            return false;
        var second = Unit(spelling);
        spelling = spelling[6..];
        return Rune.TryCreate(first, second, out rune);
    }

    /// <summary>The code unit of <c>\u00e4</c>.</summary>
    static char Unit(ReadOnlySpan<byte> escape)
    {
        var unit = 0;
        foreach (var digit in escape[2..6])
            unit = unit * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return (char)unit;
    }
}
