using System.Numerics;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>Leaves the slots of nulls out, since Parquet stores none for them.</summary>
static class DenseValues
{
    /// <summary>Copies the values whose bit is set, in order; returns how many.</summary>
    public static int Copy<T>(ReadOnlySpan<T> values, ReadOnlySpan<ulong> validity, Span<T> dense)
        where T : unmanaged
    {
        var count = 0;
        for (var word = 0; word < validity.Length; word++)
        {
            var bits = validity[word];
            var start = word << 6;
            if (bits == ulong.MaxValue)
            {
                values.Slice(start, 64).CopyTo(dense[count..]);
                count += 64;
                continue;
            }
            for (; bits != 0; bits &= bits - 1)
                dense[count++] = values[start + BitOperations.TrailingZeroCount(bits)];
        }
        return count;
    }
}
