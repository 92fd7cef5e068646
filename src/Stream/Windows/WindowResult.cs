using System.Collections.Immutable;

namespace Tapline.Streaming.Windows;

/// <summary>A window of a key as it stands.</summary>
/// <param name="Key">The key.</param>
/// <param name="StartUs">Where it begins, microseconds since 1970.</param>
/// <param name="EndUs">Where it ends, exclusive.</param>
/// <param name="Revision">Which result of this window it is, from 0 on: the highest counts.</param>
/// <param name="IsFinal">Whether the window has ended; late events bring further final results.</param>
/// <param name="Values">One a aggregate, null for an aggregate without a value. Default where the window is taken back:
/// it has become part of another one.</param>
public readonly record struct WindowResult(
    string Key, long StartUs, long EndUs, int Revision, bool IsFinal, ImmutableArray<decimal?> Values)
{
    /// <summary>Whether the window is not there any more.</summary>
    public bool IsRetracted => Values.IsDefault;
}
