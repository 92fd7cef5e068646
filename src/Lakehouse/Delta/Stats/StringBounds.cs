using System.Text;

namespace Tapline.Lakehouse.Delta.Stats;

/// <summary>Cuts the bounds of text columns to the length that the field writes, so that they stay bounds in the order
/// of UTF-8 bytes, which is the order of code points.</summary>
static class StringBounds
{
    /// <summary>UTF-16 units that a bound has at most; an upper one may need twice as many.</summary>
    public const int UnitsMax = 32;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    static readonly Rune Delete = new(0x7F);
    static readonly Rune Last = new(0x10FFFF);

    /// <summary>A text no greater than <paramref name="smallest"/>; null for bytes that are no UTF-8.</summary>
    public static string? Lower(ReadOnlySpan<byte> smallest)
    {
        // Every prefix is a lower bound.
        return Decode(smallest) is { } text ? text[..CutAt(text)] : null;
    }

    /// <summary>A text no smaller than <paramref name="greatest"/>; null when there is none short enough, and for bytes
    /// that are no UTF-8.</summary>
    public static string? Upper(ReadOnlySpan<byte> greatest)
    {
        if (Decode(greatest) is not { } text)
            return null;
        if (text.Length <= UnitsMax)
            return text;
        // A prefix alone is smaller than the text: it takes a character after it that is greater than the text's next.
        for (var end = CutAt(text); end < text.Length && end <= 2 * UnitsMax;)
        {
            var next = Rune.GetRuneAt(text, end);
            if (next < Delete)
                return text[..end] + Delete;
            if (next < Last)
                return text[..end] + Last;
            end += next.Utf16SequenceLength;
        }
        return null;
    }

    /// <summary>Where the text is cut: never inside a pair of surrogates.</summary>
    static int CutAt(string text)
    {
        if (text.Length <= UnitsMax)
            return text.Length;
        return char.IsHighSurrogate(text[UnitsMax - 1]) ? UnitsMax - 1 : UnitsMax;
    }

    static string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
