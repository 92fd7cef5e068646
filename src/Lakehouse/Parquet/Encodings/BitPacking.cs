using System.Buffers.Binary;
using System.Numerics;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>Packs unsigned numbers into so many bits each, from the lowest bit up, as Parquet's bit-packed runs and
/// delta miniblocks want them.</summary>
static class BitPacking
{
    /// <summary>Bits that hold every number up to this one.</summary>
    public static int WidthOf(ulong greatest) => 64 - BitOperations.LeadingZeroCount(greatest);

    /// <summary>Packs values of at most <paramref name="width"/> (1 to 32) bits; the last byte is filled with zeros.
    /// Returns how many bytes it took. Needs 8 bytes of room over the result.</summary>
    public static int Pack(ReadOnlySpan<int> values, int width, Span<byte> output)
    {
        ulong pending = 0;
        var bits = 0;
        var at = 0;
        foreach (var value in values)
        {
            pending |= (ulong)(uint)value << bits;
            bits += width;
            if (bits >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(output[at..], (uint)(pending & uint.MaxValue));
                at += 4;
                pending >>= 32;
                bits -= 32;
            }
        }
        return at + Flush(pending, bits, output[at..]);
    }

    /// <summary>As <see cref="Pack(ReadOnlySpan{int}, int, Span{byte})"/>, for widths of 1 to 64 bits.</summary>
    public static int Pack(ReadOnlySpan<ulong> values, int width, Span<byte> output)
    {
        ulong pending = 0;
        var bits = 0;
        var at = 0;
        foreach (var value in values)
        {
            pending |= value << bits;
            bits += width;
            if (bits >= 64)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(output[at..], pending);
                at += 8;
                bits -= 64;
                // What did not fit; a shift by 64 would be a shift by 0, so nothing is left when bits is 0.
                pending = bits == 0 ? 0 : value >> (width - bits);
            }
        }
        return at + Flush(pending, bits, output[at..]);
    }

    static int Flush(ulong pending, int bits, Span<byte> output)
    {
        var at = 0;
        for (; bits > 0; bits -= 8, pending >>= 8)
            output[at++] = (byte)(pending & 0xFF);
        return at;
    }
}
