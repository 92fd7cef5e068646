using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Parquet.Statistics;

/// <summary>What a column of a file holds. Bounds are exact, never cut; they are absent when every row is null, and
/// for floating-point columns that hold a NaN, since NaN has no place in an order.</summary>
/// <param name="Type">The column's type: it says which member of a bound to read.</param>
/// <param name="NullCount">Rows without a value.</param>
/// <param name="HasNaN">Whether a floating-point column holds a NaN.</param>
/// <param name="Min">The smallest value; a zero is -0.0.</param>
/// <param name="Max">The greatest value; a zero is +0.0.</param>
public sealed record ColumnStatistics(
    ColumnType Type, long NullCount, bool HasNaN, StatisticsValue? Min, StatisticsValue? Max)
{
    /// <summary>The statistics of no rows.</summary>
    internal static ColumnStatistics Empty(ColumnType type) => new(type, 0, HasNaN: false, Min: null, Max: null);

    /// <summary>The statistics of both sets of rows together.</summary>
    internal ColumnStatistics With(ColumnStatistics other)
    {
        var hasNaN = HasNaN || other.HasNaN;
        return new ColumnStatistics(
            Type,
            NullCount + other.NullCount,
            hasNaN,
            hasNaN ? null : Outer(Min, other.Min, sign: 1),
            hasNaN ? null : Outer(Max, other.Max, sign: -1));
    }

    StatisticsValue? Outer(StatisticsValue? left, StatisticsValue? right, int sign)
    {
        if (left is not { } a)
            return right;
        if (right is not { } b)
            return left;
        return Math.Sign(StatisticsValue.Compare(Type, a, b)) * sign <= 0 ? a : b;
    }
}
