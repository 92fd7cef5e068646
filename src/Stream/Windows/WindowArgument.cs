namespace Tapline.Streaming.Windows;

/// <summary>What an event has for an aggregate; default for nothing.</summary>
/// <param name="IsThere">Whether it has a value.</param>
/// <param name="Number">The value as a number.</param>
/// <param name="Text">The value as text, where values are told apart.</param>
public readonly record struct WindowArgument(bool IsThere, decimal Number, string? Text = null);
