using Microsoft.Extensions.Logging;
using Tapline.Contracts.Log;

namespace Tapline.Streaming.Lanes;

/// <summary>Finds the data topics of a source as they appear and starts reading them from their beginning.</summary>
sealed class TopicDiscovery(StreamOptions options, LaneServices services, LaneTopics topics, IEventReader reader)
{
    // Second words of topic names that are not a schema of the database (docs: topics).
    static readonly HashSet<string> Reserved = new(StringComparer.Ordinal) { "dlq", "entity", "iot", "live" };

    long _lookedAt;
    bool _looked;

    /// <summary>Looks for new topics, at most once an interval or <paramref name="now"/>, and assigns their partitions
    /// to the reader.</summary>
    public async Task AssignNewAsync(CancellationToken ct, bool now = false)
    {
        if (!now && _looked && services.Time.GetElapsedTime(_lookedAt) < options.DiscoveryInterval)
            return;
        foreach (var topic in await services.Log.ListTopicsAsync(ct))
        {
            if (!IsData(topic.Name) || !IsOfLane(topic.Name))
                continue;
            for (var number = 0; number < topic.Partitions; number++)
                await AssignAsync(new TopicPartition(topic.Name, number), ct);
        }
        _lookedAt = services.Time.GetTimestamp();
        _looked = true;
    }

    async Task AssignAsync(TopicPartition partition, CancellationToken ct)
    {
        if (topics.Find(partition) is not null)
            return;
        var held = await services.Log.OffsetsAsync(partition, ct);
        if (held.Start > 0)
            services.Logger.TopicTrimmed(partition.ToString(), held.Start);
        topics.Begin(partition, held.Start);
        if (partition.Topic != TopicNames.Replays(options.Prefix))
            reader.Assign(partition, held.Start);
        services.Logger.TopicAssigned(options.Lane, partition.ToString(), held.Start);
    }

    // Every lane reads the replays: each takes those of its own topics.
    bool IsOfLane(string topic) => options.Owns(topic) || topic == TopicNames.Replays(options.Prefix);

    // prefix.schema.table: what has another number of words is one of the pipeline's own topics.
    bool IsData(string topic)
    {
        if (topic == TopicNames.Replays(options.Prefix))
            return true;
        if (!topic.StartsWith(options.Prefix + ".", StringComparison.Ordinal))
            return false;
        if (TopicNames.DeviceStream(options.Prefix, topic) is not null)
            return true;
        if (options.WholeTransactions && topic == TopicNames.Transactions(options.Prefix))
            return true;
        var words = topic[(options.Prefix.Length + 1)..].Split('.');
        return words.Length == 2 && !Reserved.Contains(words[0]);
    }
}
