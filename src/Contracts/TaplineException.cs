namespace Tapline.Contracts;

/// <summary>A failure that a person should read: what failed in one lower-case sentence, then what to do about
/// it.</summary>
public sealed class TaplineException(string message, string? hint = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>What the reader can do, as an imperative sentence or a statement to run; null when there is
    /// nothing.</summary>
    public string? Hint { get; } = hint;

    /// <summary>Whether it may pass without anybody doing something, so that what runs for days tries again.</summary>
    public bool IsTransient { get; init; }
}
