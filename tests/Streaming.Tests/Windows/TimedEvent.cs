using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Windows;

/// <summary>An event of a key.</summary>
sealed record TimedEvent(string Key, long AtUs, decimal? Value)
{
    /// <summary>The watermark when it came.</summary>
    public long WatermarkUs { get; init; } = long.MinValue;

    /// <summary>Count, sum, average, least, greatest, how many differ.</summary>
    public static System.Collections.Immutable.ImmutableArray<WindowAggregate> Aggregates { get; } =
    [
        new("count", AggregateKind.Count),
        new("sum", AggregateKind.Sum, "value"),
        new("average", AggregateKind.Average, "value"),
        new("min", AggregateKind.Min, "value"),
        new("max", AggregateKind.Max, "value"),
        new("distinct", AggregateKind.Distinct, "value"),
    ];

    /// <summary>Gives the event to windows.</summary>
    public WindowOutcome AddTo(WindowOperator windows)
    {
        Span<WindowArgument> arguments = new WindowArgument[6];
        arguments.Fill(new WindowArgument(Value is not null, Value ?? 0));
        return windows.Add(Key, AtUs, arguments);
    }
}
