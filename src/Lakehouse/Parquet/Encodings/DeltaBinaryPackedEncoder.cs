using System.Runtime.InteropServices;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>DELTA_BINARY_PACKED: the first value, then blocks of 128 differences, each kept as its excess over the
/// block's smallest in as few bits as each 32 of them need.
/// https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5</summary>
static class DeltaBinaryPackedEncoder
{
    const int BlockValues = 128;
    const int MiniblockCount = 4;
    const int MiniblockValues = BlockValues / MiniblockCount;

    // Smallest difference, four widths, and 128 differences of 64 bits, with room for a whole last word.
    const int BlockBytesMax = 10 + MiniblockCount + BlockValues * 8 + 8;

    /// <summary>Writes 32- or 64-bit values.</summary>
    public static void Encode<T>(ReadOnlySpan<T> values, ByteBuffer output)
        where T : unmanaged
    {
        if (typeof(T) == typeof(int))
            Encode(MemoryMarshal.Cast<T, int>(values), output);
        else if (typeof(T) == typeof(long))
            Encode(MemoryMarshal.Cast<T, long>(values), output);
        else
            throw new NotSupportedException($"differences of {typeof(T).Name} are not defined");
    }

    static void Encode(ReadOnlySpan<int> values, ByteBuffer output)
    {
        WriteHeader(values.Length, values.IsEmpty ? 0 : values[0], output);
        Span<ulong> deltas = stackalloc ulong[BlockValues];
        for (var start = 1; start < values.Length; start += BlockValues)
        {
            var count = Math.Min(BlockValues, values.Length - start);
            var current = values.Slice(start, count);
            var previous = values.Slice(start - 1, count);
            var smallest = int.MaxValue;
            unchecked // The format's differences wrap at the column's own width.
            {
                for (var i = 0; i < current.Length; i++)
                {
                    var delta = current[i] - previous[i];
                    smallest = Math.Min(smallest, delta);
                    deltas[i] = (ulong)delta;
                }
                for (var i = 0; i < count; i++)
                    deltas[i] -= (ulong)smallest;
            }
            deltas[count..].Clear();
            WriteBlock(deltas, count, smallest, output);
        }
    }

    static void Encode(ReadOnlySpan<long> values, ByteBuffer output)
    {
        WriteHeader(values.Length, values.IsEmpty ? 0 : values[0], output);
        Span<ulong> deltas = stackalloc ulong[BlockValues];
        for (var start = 1; start < values.Length; start += BlockValues)
        {
            var count = Math.Min(BlockValues, values.Length - start);
            var current = values.Slice(start, count);
            var previous = values.Slice(start - 1, count);
            var smallest = long.MaxValue;
            unchecked // The format's differences wrap at the column's own width.
            {
                for (var i = 0; i < current.Length; i++)
                {
                    var delta = current[i] - previous[i];
                    smallest = Math.Min(smallest, delta);
                    deltas[i] = (ulong)delta;
                }
                for (var i = 0; i < count; i++)
                    deltas[i] -= (ulong)smallest;
            }
            deltas[count..].Clear();
            WriteBlock(deltas, count, smallest, output);
        }
    }

    static void WriteHeader(int count, long first, ByteBuffer output)
    {
        output.WriteVarint(BlockValues);
        output.WriteVarint(MiniblockCount);
        output.WriteVarint((ulong)count);
        output.WriteZigzag(first);
    }

    static void WriteBlock(ReadOnlySpan<ulong> deltas, int count, long smallest, ByteBuffer output)
    {
        output.WriteZigzag(smallest);
        var block = output.Reserve(BlockBytesMax);
        var widths = block[..MiniblockCount];
        var at = MiniblockCount;
        for (var miniblock = 0; miniblock < MiniblockCount; miniblock++)
        {
            // Miniblocks past the last value have a width, 0, and no bytes; the last one is padded to its full size.
            var start = miniblock * MiniblockValues;
            var values = deltas.Slice(start, MiniblockValues);
            ulong bits = 0;
            foreach (var value in values)
                bits |= value;
            var width = start < count ? BitPacking.WidthOf(bits) : 0;
            widths[miniblock] = (byte)width;
            if (width > 0)
                at += BitPacking.Pack(values, width, block[at..]);
        }
        output.Advance(at);
    }
}
