namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Rules of topic filters (MQTT 5, 4.7): <c>+</c> stands for one level, <c>#</c> at the end for all that
/// follow.</summary>
static class TopicFilter
{
    const string SharedPrefix = "$share/";

    /// <summary>Whether it is well formed.</summary>
    public static bool IsValid(string filter)
    {
        if (filter.Length == 0)
            return false;
        var rest = filter.AsSpan();
        while (true)
        {
            var end = rest.IndexOf('/');
            var level = end < 0 ? rest : rest[..end];
            if (level.Length > 1 && level.ContainsAny('+', '#') || level is "#" && end >= 0)
                return false;
            if (end < 0)
                return true;
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>Whether it names a shared subscription.</summary>
    public static bool IsShared(string filter) => filter.StartsWith(SharedPrefix, StringComparison.Ordinal);

    /// <summary>Whether a topic is one of the filter's. Wildcards in front do not match topics that begin with
    /// <c>$</c>.</summary>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        if (topic.StartsWith('$') && (filter.StartsWith('+') || filter.StartsWith('#')))
            return false;
        while (true)
        {
            var filterEnd = filter.IndexOf('/');
            var level = filterEnd < 0 ? filter : filter[..filterEnd];
            if (level is "#")
                return true;
            var topicEnd = topic.IndexOf('/');
            if (level is not "+" && !level.SequenceEqual(topicEnd < 0 ? topic : topic[..topicEnd]))
                return false;
            if (filterEnd < 0)
                return topicEnd < 0;
            filter = filter[(filterEnd + 1)..];
            if (topicEnd < 0)
                return filter is "#"; // sport/# includes sport
            topic = topic[(topicEnd + 1)..];
        }
    }
}
