using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Windows;

/// <summary>A window over a stream of device messages or over the rows that come to a table, whose results go to
/// <c>prefix.live.name</c>.</summary>
/// <param name="Definition">What is kept.</param>
/// <param name="Stream">The stream of messages, a word; or the table, <c>schema.name</c>.</param>
/// <param name="Key">The columns that make its key, one at least.</param>
public sealed record StreamWindow(WindowDefinition Definition, string Stream, ImmutableArray<string> Key)
{
    /// <summary>The table that it is over; null where it is over messages.</summary>
    public TableId? Table => Stream.Contains('.', StringComparison.Ordinal) ? TableId.Parse(Stream) : null;

    /// <summary>The column of a table that says when a row happened; null for the time of its commit.</summary>
    public string? Time { get; init; }

    /// <summary>Only messages count whose columns have these values, as text.</summary>
    public ImmutableSortedDictionary<string, string> Where { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>How often windows that go on are told of; null for not before they end.</summary>
    public TimeSpan? Early { get; init; }
}
