using System.Collections.Immutable;

namespace Tapline.Streaming.Windows;

/// <summary>A window over a stream of device messages, whose results go to <c>prefix.live.name</c>.</summary>
/// <param name="Definition">What is kept.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Key">The columns that make its key, one at least.</param>
public sealed record StreamWindow(WindowDefinition Definition, string Stream, ImmutableArray<string> Key)
{
    /// <summary>Only messages count whose columns have these values, as text.</summary>
    public ImmutableSortedDictionary<string, string> Where { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>How often windows that go on are told of; null for not before they end.</summary>
    public TimeSpan? Early { get; init; }
}
