namespace Tapline.Streaming.Windows;

/// <summary>One value of a window's result.</summary>
/// <param name="Name">Its name in the result.</param>
/// <param name="Kind">How it is made.</param>
/// <param name="Field">The events' field that it is made of; null only for a count of events.</param>
public sealed record WindowAggregate(string Name, AggregateKind Kind, string? Field = null);
