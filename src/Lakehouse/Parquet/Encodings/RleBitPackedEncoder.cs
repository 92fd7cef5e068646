using System.Numerics;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>The RLE / bit-packing hybrid: runs of one repeated value (count × 2, value) between runs of eights packed
/// bit by bit (eights × 2 + 1, bits).
/// https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
/// </summary>
static class RleBitPackedEncoder
{
    // A repeated run costs a header, a value and the header of the packed run after it.
    const int RunValuesMin = 32;

    /// <summary>Writes numbers that fit <paramref name="width"/> (1 to 32) bits.</summary>
    public static void Encode(ReadOnlySpan<int> values, int width, ByteBuffer output)
    {
        var packedFrom = 0;
        var at = 0;
        while (values.Length - at >= 8)
        {
            var run = 0;
            // A packed run holds whole eights, so a repeated one may only start after an eight.
            if (values.Slice(at, 8).IndexOfAnyExcept(values[at]) < 0)
            {
                run = values[at..].IndexOfAnyExcept(values[at]);
                if (run < 0)
                    run = values.Length - at;
            }
            if (run >= RunValuesMin)
            {
                WritePacked(values[packedFrom..at], width, output);
                WriteRepeated(run, values[at], width, output);
                at += run;
                packedFrom = at;
            }
            else
            {
                at += Math.Max(8, run & ~7);
            }
        }
        WritePacked(values[packedFrom..], width, output);
    }

    /// <summary>Writes bits (numbers of width 1), <paramref name="count"/> of them from bit
    /// <paramref name="start"/>.</summary>
    public static void EncodeBits(ReadOnlySpan<ulong> bits, int start, int count, ByteBuffer output)
    {
        var at = 0;
        while (at < count)
        {
            var run = BitRun.Repeated(bits, start + at, count - at, out var value);
            if (run == count - at || run >= 2 * RunValuesMin)
            {
                WriteRepeated(run, value ? 1 : 0, width: 1, output);
                at += run;
                continue;
            }
            var packed = Math.Min(64, count - at);
            while (at + packed < count
                && BitRun.Repeated(bits, start + at + packed, count - at - packed, out _) < 2 * RunValuesMin)
            {
                packed = Math.Min(packed + 64, count - at);
            }
            WriteBits(bits, start + at, packed, output);
            at += packed;
        }
    }

    static void WriteRepeated(int count, int value, int width, ByteBuffer output)
    {
        output.WriteVarint((ulong)count << 1);
        for (var bit = 0; bit < width; bit += 8)
            output.WriteByte((byte)(value >> bit & 0xFF));
    }

    static void WritePacked(ReadOnlySpan<int> values, int width, ByteBuffer output)
    {
        if (values.IsEmpty)
            return;
        var eights = (values.Length + 7) / 8;
        output.WriteVarint((ulong)eights << 1 | 1);
        var size = checked(eights * width);
        var room = output.Reserve(size + 8);
        var packed = BitPacking.Pack(values, width, room);
        room[packed..size].Clear();
        output.Advance(size);
    }

    static void WriteBits(ReadOnlySpan<ulong> bits, int start, int count, ByteBuffer output)
    {
        var eights = (count + 7) / 8;
        output.WriteVarint((ulong)eights << 1 | 1);
        var room = output.Reserve(eights + 8);
        for (var bit = 0; bit < count; bit += 64)
            BitConverter.TryWriteBytes(room[(bit / 8)..], BitRun.Word(bits, start + bit, Math.Min(64, count - bit)));
        output.Advance(eights);
    }
}

/// <summary>Reads bits that may start anywhere in a word.</summary>
static class BitRun
{
    /// <summary>Up to 64 bits from bit <paramref name="start"/>; those past <paramref name="count"/> are
    /// zero.</summary>
    public static ulong Word(ReadOnlySpan<ulong> bits, int start, int count)
    {
        var index = start >> 6;
        var shift = start & 63;
        var word = bits[index] >> shift;
        if (shift != 0 && index + 1 < bits.Length)
            word |= bits[index + 1] << (64 - shift);
        return count >= 64 ? word : word & ((1UL << count) - 1);
    }

    /// <summary>How many of the next bits are like the first of them.</summary>
    public static int Repeated(ReadOnlySpan<ulong> bits, int start, int count, out bool value)
    {
        value = (bits[start >> 6] >> (start & 63) & 1) != 0;
        var run = 0;
        while (run < count)
        {
            var word = Word(bits, start + run, 64);
            var same = BitOperations.TrailingZeroCount(value ? ~word : word);
            run += same;
            if (same < 64)
                break;
        }
        return Math.Min(run, count);
    }

    /// <summary>How many bits are set.</summary>
    public static int CountSet(ReadOnlySpan<ulong> bits, int start, int count)
    {
        var set = 0;
        for (var bit = 0; bit < count; bit += 64)
            set += BitOperations.PopCount(Word(bits, start + bit, Math.Min(64, count - bit)));
        return set;
    }
}
