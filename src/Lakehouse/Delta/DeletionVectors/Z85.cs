using System.Buffers.Binary;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>Four bytes as five printable characters (https://rfc.zeromq.org/spec/32).</summary>
static class Z85
{
    const string Letters =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    /// <summary>The text of bytes whose count is a multiple of four.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 4 != 0)
            throw new ArgumentException($"a multiple of 4 bytes wanted, {bytes.Length} found", nameof(bytes));
        var text = new char[bytes.Length / 4 * 5];
        for (var i = 0; i < bytes.Length / 4; i++)
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);
            for (var digit = 4; digit >= 0; digit--)
            {
                text[(5 * i) + digit] = Letters[(int)(value % 85)];
                value /= 85;
            }
        }
        return new string(text);
    }

    /// <summary>The bytes of a text; null when it is none.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 5 != 0)
            return null;
        var bytes = new byte[text.Length / 5 * 4];
        for (var i = 0; i < text.Length / 5; i++)
        {
            var value = 0UL;
            foreach (var letter in text.Slice(5 * i, 5))
            {
                var digit = Letters.IndexOf(letter, StringComparison.Ordinal);
                if (digit < 0)
                    return null;
                value = (value * 85) + (ulong)digit;
            }
            if (value > uint.MaxValue)
                return null;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), (uint)value);
        }
        return bytes;
    }
}
