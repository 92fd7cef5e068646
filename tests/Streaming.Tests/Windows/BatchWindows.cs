using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Windows;

/// <summary>What windows over all events are, computed at once and as plainly as the words say.</summary>
static class BatchWindows
{
    /// <summary>Start, end, count, sum, least, greatest and number of different values of each window of each
    /// key.</summary>
    public static IEnumerable<string> Of(
        WindowShape shape, IEnumerable<TimedEvent> events, long latenessUs = 0) => events
        .GroupBy(static one => one.Key)
        .SelectMany(group => shape switch
        {
            WindowShape.Fixed windows => Fixed(windows, latenessUs, [.. group]),
            WindowShape.Session sessions => Sessions(sessions, [.. group]),
            _ => throw new System.Diagnostics.UnreachableException(),
        })
        .Order(StringComparer.Ordinal);

    /// <summary>A result in the same words.</summary>
    public static string Words(WindowResult result) => Words(
        result.Key, result.StartUs, result.EndUs, [.. result.Values]);

    static IEnumerable<string> Fixed(WindowShape.Fixed shape, long latenessUs, TimedEvent[] events)
    {
        var first = (long)Math.Floor((decimal)events.Min(static one => one.AtUs) / shape.StepUs) * shape.StepUs;
        for (var start = first - shape.SizeUs; start <= events.Max(static one => one.AtUs); start += shape.StepUs)
        {
            var end = start + shape.SizeUs;
            // Of windows that lie over each other, one may be forgotten when a late event comes, and the next not.
            var within = events
                .Where(one => one.AtUs >= start && one.AtUs < end && end + latenessUs > one.WatermarkUs)
                .ToArray();
            if (within.Length > 0)
                yield return Words(start, end, within);
        }
    }

    static IEnumerable<string> Sessions(WindowShape.Session shape, TimedEvent[] events)
    {
        var session = new List<TimedEvent>();
        foreach (var one in events.OrderBy(static one => one.AtUs))
        {
            if (session.Count > 0
                && (one.AtUs - session[^1].AtUs >= shape.GapUs || Cut(one) != Cut(session[0])))
            {
                yield return Close();
                session.Clear();
            }
            session.Add(one);
        }
        yield return Close();

        long Cut(TimedEvent at) => (long)Math.Floor((decimal)at.AtUs / shape.MaxUs);

        string Close() => Words(
            session[0].AtUs,
            Math.Min(session[^1].AtUs + shape.GapUs, (Cut(session[0]) + 1) * shape.MaxUs),
            [.. session]);
    }

    static string Words(long start, long end, TimedEvent[] events) => Words(
        events[0].Key,
        start,
        end,
        [
            events.Length,
            events.Sum(static one => one.Value ?? 0),
            events.Any(static one => one.Value is not null)
                ? events.Sum(static one => one.Value ?? 0) / events.Count(static one => one.Value is not null)
                : null,
            events.Min(static one => one.Value),
            events.Max(static one => one.Value),
            events.Where(static one => one.Value is not null).Distinct(new ByValue()).Count(),
        ]);

    static string Words(string key, long start, long end, decimal?[] values) =>
        $"{key} {start}-{end}: "
        + string.Join(", ", values.Select(static value => value?.ToString("0.######") ?? "none"));

    sealed class ByValue : IEqualityComparer<TimedEvent>
    {
        public bool Equals(TimedEvent? left, TimedEvent? right) => left?.Value == right?.Value;

        public int GetHashCode(TimedEvent one) => one.Value.GetHashCode();
    }
}
