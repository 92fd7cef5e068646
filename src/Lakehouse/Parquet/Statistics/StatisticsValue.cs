using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Parquet.Statistics;

/// <summary>One smallest or greatest value of a column, whole. Which member holds it follows from the column's
/// type.</summary>
public readonly record struct StatisticsValue
{
    /// <summary>Boolean (0, 1), Int16, Int32, Int64, Date (days), Timestamp (microseconds), Decimal
    /// (unscaled).</summary>
    public Int128 Integer { get; init; }

    /// <summary>Float32 and Float64.</summary>
    public double Number { get; init; }

    /// <summary>String (UTF-8) and Binary.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    internal static StatisticsValue Of(Int128 value) => new() { Integer = value };

    internal static StatisticsValue Of(double value) => new() { Number = value };

    internal static StatisticsValue Of(ReadOnlySpan<byte> value) => new() { Bytes = value.ToArray() };

    /// <summary>The format's order for the type: signed integers, IEEE without NaN, unsigned bytes.</summary>
    internal static int Compare(ColumnType type, in StatisticsValue left, in StatisticsValue right) => type switch
    {
        ColumnType.String or ColumnType.Binary => left.Bytes.Span.SequenceCompareTo(right.Bytes.Span),
        ColumnType.Float32 or ColumnType.Float64 => left.Number.CompareTo(right.Number),
        _ => left.Integer.CompareTo(right.Integer),
    };
}
