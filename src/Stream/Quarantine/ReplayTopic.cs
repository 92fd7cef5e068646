using Tapline.Contracts.Log;

namespace Tapline.Streaming.Quarantine;

/// <summary>The topic of what is sent back from quarantine.</summary>
static class ReplayTopic
{
    // Larger than any record that a topic took.
    const string MessageBytesMax = "33554432";

    /// <summary>Makes the topic when there is none; answers how many partitions it has. A new one has as many as the
    /// widest topic of the pipeline.</summary>
    public static async Task<int> EnsureAsync(IEventLog log, string prefix, CancellationToken ct)
    {
        var topic = TopicNames.Replays(prefix);
        var topics = await log.ListTopicsAsync(ct);
        if (topics.FirstOrDefault(known => known.Name == topic) is { } made)
            return made.Partitions;
        var partitions = topics.Where(known => known.Name.StartsWith(prefix + ".", StringComparison.Ordinal))
            .Select(static known => known.Partitions)
            .Append(1)
            .Max();
        var settings = new Dictionary<string, string>
        {
            ["retention.ms"] = "-1",
            ["max.message.bytes"] = MessageBytesMax,
        };
        await log.EnsureTopicsAsync([new TopicSpec(topic, partitions, settings)], ct);
        return partitions;
    }
}
