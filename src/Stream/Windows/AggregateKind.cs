namespace Tapline.Streaming.Windows;

/// <summary>What a window makes of a field's values.</summary>
public enum AggregateKind
{
    /// <summary>How many events have the field; without a field, how many events.</summary>
    Count,
    /// <summary>The sum of the values.</summary>
    Sum,
    /// <summary>The sum of the values by their number.</summary>
    Average,
    /// <summary>The least value.</summary>
    Min,
    /// <summary>The greatest value.</summary>
    Max,
    /// <summary>How many values differ: exactly up to 10 000, estimated beyond (standard error 0.8 %).</summary>
    Distinct,
}
