namespace Tapline.Kafka.Broker.Log;

/// <summary>Deletes whole closed segments: those that end before the log's start, and, where the topic's policy is to
/// delete, those that are too old or too many.</summary>
static class Retention
{
    public static void Apply(PartitionLog log, DateTimeOffset now)
    {
        var settings = log.Settings;
        log.RollIf(active => now - active.FirstAppend >= settings.SegmentAge
            || settings.Deletes && IsExpired(active, settings, now), now);
        log.DeleteOldest(closed => CountOf(closed, log, now));
    }

    static int CountOf(ReadOnlySpan<Segment> closed, PartitionLog log, DateTimeOffset now)
    {
        var settings = log.Settings;
        var start = log.StartOffset;
        var total = log.Segments.Sum(segment => segment.Bytes);
        var count = 0;
        for (; count < closed.Length; count++)
        {
            var segment = closed[count];
            var nextBase = log.Segments[count + 1].BaseOffset;
            var isTooMuch = settings.Deletes && settings.RetentionBytes >= 0
                && total - segment.Bytes >= settings.RetentionBytes;
            if (nextBase > start && !isTooMuch && !(settings.Deletes && IsExpired(segment, settings, now)))
                break;
            total -= segment.Bytes;
        }
        return count;
    }

    static bool IsExpired(Segment segment, TopicSettings settings, DateTimeOffset now) =>
        settings.RetentionMs >= 0
        && now.ToUnixTimeMilliseconds() - segment.Index.MaxTimestampMs > settings.RetentionMs;
}
