using System.Globalization;

namespace Tapline.Serving.Lake;

/// <summary>Which cut of a lake is meant: that of an epoch of its only lane, or the newest one at a time.</summary>
/// <param name="Epoch">The epoch; null for a time.</param>
/// <param name="Time">The time; null for an epoch.</param>
public sealed record CutChoice(long? Epoch, DateTimeOffset? Time)
{
    /// <summary>Reads an epoch (<c>17</c>, <c>0:17</c>) or a time in ISO 8601; null when the text is neither.</summary>
    public static CutChoice? Parse(string text)
    {
        var digits = text.StartsWith("0:", StringComparison.Ordinal) ? text[2..] : text;
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch))
            return new CutChoice(epoch, null);
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new CutChoice(null, time)
            : null;
    }

    /// <summary>Whether an epoch is not after the choice.</summary>
    internal bool IsReachedBy(long epoch, long committedAtMs) =>
        Epoch is { } last ? epoch <= last : committedAtMs <= Time!.Value.ToUnixTimeMilliseconds();
}
