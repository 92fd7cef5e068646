using System.Text;
using Tapline.Contracts.Log;

namespace Tapline.Ingest.Tests.Mqtt;

/// <summary>A record as tests look at it.</summary>
sealed record LogRecord(string Topic, int Partition, string Key, string Value, long TimestampMs,
    IReadOnlyDictionary<string, string> Headers);

/// <summary>Reads what is in a log.</summary>
static class LogRecords
{
    static readonly string[] Names =
        ["mqtt_topic", "mqtt_qos", "mqtt_retain", "mqtt_dup", "bridge_id", "reason", "payload_bytes"];

    /// <summary>All records of a topic, each partition in its order.</summary>
    public static async Task<List<LogRecord>> OfAsync(IEventLog log, string topic, CancellationToken ct)
    {
        var records = new List<LogRecord>();
        var partitions = (await log.ListTopicsAsync(ct)).FirstOrDefault(info => info.Name == topic)?.Partitions ?? 0;
        for (var number = 0; number < partitions; number++)
        {
            var partition = new TopicPartition(topic, number);
            var (next, end) = await log.OffsetsAsync(partition, ct);
            await using var reader = log.OpenReader("test");
            reader.Assign(partition, next);
            while (next < end)
            {
                foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(1), 1 << 20, ct))
                {
                    foreach (var slot in chunk.Slots.ToArray())
                        records.Add(Record(chunk, slot));
                    next = chunk.NextOffset;
                }
            }
        }
        return records;
    }

    /// <summary>Waits until a topic has so many records.</summary>
    public static async Task<List<LogRecord>> WaitAsync(
        IEventLog log, string topic, int count, CancellationToken ct)
    {
        while (true)
        {
            var records = await OfAsync(log, topic, ct);
            if (records.Count >= count)
                return records;
            await Task.Delay(20, ct);
        }
    }

    static LogRecord Record(RecordChunk chunk, RecordSlot slot)
    {
        var headers = new Dictionary<string, string>();
        foreach (var name in Names)
        {
            if (chunk.TryGetHeader(slot, Encoding.UTF8.GetBytes(name), out var value))
                headers.Add(name, Encoding.UTF8.GetString(value));
        }
        return new LogRecord(chunk.Partition.Topic, chunk.Partition.Partition,
            Encoding.UTF8.GetString(chunk.Key(slot)), Encoding.UTF8.GetString(chunk.Value(slot)), slot.TimestampMs,
            headers);
    }
}
