using System.Numerics;

namespace Tapline.Lakehouse.Parquet.Statistics;

/// <summary>The least and the greatest of numbers.</summary>
static class NumberBounds
{
    /// <summary>Bounds of at least one number; meaningless when one of them is NaN.</summary>
    public static (T Min, T Max, bool HasNaN) Find<T>(ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        var min = values[0];
        var max = min;
        var hasNaN = false;
        var at = 0;
        if (Vector<T>.IsSupported && values.Length >= Vector<T>.Count)
        {
            var mins = new Vector<T>(values);
            var maxs = mins;
            var numbers = Vector<T>.AllBitsSet;
            for (; at <= values.Length - Vector<T>.Count; at += Vector<T>.Count)
            {
                var next = new Vector<T>(values[at..]);
                mins = Vector.Min(mins, next);
                maxs = Vector.Max(maxs, next);
                numbers &= Vector.Equals(next, next); // NaN alone differs from itself.
            }
            hasNaN = !Vector.EqualsAll(numbers.As<T, byte>(), Vector<byte>.AllBitsSet);
            for (var lane = 0; lane < Vector<T>.Count; lane++)
            {
                min = T.Min(min, mins[lane]);
                max = T.Max(max, maxs[lane]);
            }
        }
        for (; at < values.Length; at++)
        {
            hasNaN |= T.IsNaN(values[at]);
            min = T.Min(min, values[at]);
            max = T.Max(max, values[at]);
        }
        return (min, max, hasNaN);
    }
}
