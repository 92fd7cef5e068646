namespace Tapline.Streaming.Windows;

/// <summary>The event time up to which the events of a stream are expected to have come: the least of what its
/// partitions have reached, less a delay for those that overtake each other. A partition that has brought nothing for a
/// while does not hold the others back; when all are silent, time goes on by the clock.</summary>
public sealed class EventWatermark(TimeProvider time)
{
    /// <summary>How far events of a partition may be out of order and still be in time.</summary>
    public static TimeSpan Delay { get; } = TimeSpan.FromSeconds(10);

    /// <summary>A partition is silent when it has brought nothing for so long.</summary>
    public static TimeSpan SilentAfter { get; } = TimeSpan.FromSeconds(5);

    readonly Dictionary<int, Reached> _partitions = [];
    long _watermarkUs = long.MinValue;

    /// <summary>An event has come.</summary>
    /// <param name="partition">From which partition.</param>
    /// <param name="atUs">When it happened, microseconds since 1970.</param>
    public void Observe(int partition, long atUs)
    {
        var before = _partitions.GetValueOrDefault(partition, new Reached(long.MinValue, 0));
        _partitions[partition] = new Reached(Math.Max(before.AtUs, atUs), time.GetTimestamp());
    }

    /// <summary>The watermark, microseconds since 1970; the least number there is before the first event.</summary>
    public long Next()
    {
        if (_partitions.Count == 0)
            return _watermarkUs;
        var now = time.GetTimestamp();
        var least = long.MaxValue;
        var (greatest, silence) = (long.MinValue, TimeSpan.MaxValue);
        foreach (var reached in _partitions.Values)
        {
            var silent = time.GetElapsedTime(reached.SeenAt, now);
            if (silent < SilentAfter)
                least = Math.Min(least, reached.AtUs);
            greatest = Math.Max(greatest, reached.AtUs);
            silence = silent < silence ? silent : silence;
        }
        if (least == long.MaxValue)
            least = greatest + (long)(silence - SilentAfter).TotalMicroseconds;
        return _watermarkUs = Math.Max(_watermarkUs, least - (long)Delay.TotalMicroseconds);
    }

    readonly record struct Reached(long AtUs, long SeenAt);
}
