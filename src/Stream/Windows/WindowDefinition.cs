using System.Collections.Immutable;
using Tapline.Contracts;

namespace Tapline.Streaming.Windows;

/// <summary>A result that is kept by key and time over a stream of events.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Where its windows begin and end.</param>
/// <param name="Aggregates">The values of a result, in order.</param>
public sealed record WindowDefinition(string Name, WindowShape Shape, ImmutableArray<WindowAggregate> Aggregates)
{
    /// <summary>How long after its end a window still takes events that come late, microseconds.</summary>
    public long LatenessUs { get; init; }

    /// <summary>Results come only while the first aggregate is at least this; null for all.</summary>
    public decimal? Threshold { get; init; }

    /// <summary>How many windows there may be at one time. An event that would begin one more is counted and left
    /// out.</summary>
    public int WindowsMax { get; init; } = 1_000_000;

    /// <summary>Throws <see cref="TaplineException"/> for a definition that means nothing.</summary>
    public void Check()
    {
        var wrong = Shape switch
        {
            WindowShape.Fixed { StepUs: <= 0 } => "a step is longer than nothing",
            WindowShape.Fixed { SizeUs: var size, StepUs: var step } when size < step || size % step != 0 =>
                "a size is a multiple of the step",
            WindowShape.Session { GapUs: <= 0 } => "a gap is longer than nothing",
            WindowShape.Session { GapUs: var gap, MaxUs: var max } when max < gap => "a session may be a gap long",
            _ when LatenessUs < 0 => "the lateness is not negative",
            _ when Aggregates.IsEmpty => "there is an aggregate at least",
            _ when Aggregates.Any(static one => one.Field is null && one.Kind != AggregateKind.Count) =>
                "every aggregate but a count has a field",
            _ => null,
        };
        if (wrong is not null)
            throw new TaplineException($"window {Name} cannot be kept: {wrong}");
    }
}
