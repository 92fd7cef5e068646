using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tapline.Kafka.Broker.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Groups;

/// <summary>The offsets that groups committed: all in memory, each change in a compacted log of its own
/// first.</summary>
/// <remarks>
/// <code>
/// key   := group: string, topic: string, partition: int32
/// value := offset: int64, leaderEpoch: int32, metadata: string (null), committedAtMs: int64; null deletes
/// </code>
/// </remarks>
sealed class OffsetStore(PartitionLog log, TimeProvider time, ILogger logger)
{
    /// <summary>The folder's and internal topic's name, as in Kafka.</summary>
    public const string TopicName = "__consumer_offsets";

    /// <summary>The longest metadata string that a commit may carry.</summary>
    public const int MetadataLettersMax = 4096;

    readonly Lock _changing = new();
    readonly ConcurrentDictionary<string, ConcurrentDictionary<OffsetKey, CommittedOffset>> _groups = [];
    readonly RecordBatchBuilder _builder = new();

    /// <summary>The log under it, for maintenance.</summary>
    public PartitionLog Log => log;

    /// <summary>The groups that have offsets.</summary>
    public ICollection<string> Groups => _groups.Keys;

    /// <summary>Reads the log from its start.</summary>
    public void Load()
    {
        foreach (var segment in log.Segments)
        {
            using var scanner = segment.Scan();
            while (scanner.MoveNext())
            {
                var records = new RecordReader(scanner.Batch[RecordBatchHeader.Size..], scanner.Header.RecordCount);
                while (records.MoveNext())
                    Load(records.Current);
            }
        }
    }

    /// <summary>The offset of one partition; null when the group committed none.</summary>
    public CommittedOffset? Find(string group, OffsetKey key) =>
        _groups.TryGetValue(group, out var offsets) && offsets.TryGetValue(key, out var committed) ? committed : null;

    /// <summary>All offsets of a group.</summary>
    public IReadOnlyDictionary<OffsetKey, CommittedOffset> All(string group) =>
        _groups.TryGetValue(group, out var offsets) ? offsets : new Dictionary<OffsetKey, CommittedOffset>();

    /// <summary>Stores offsets of one group; they are in the log when this says none.</summary>
    public KafkaError Commit(string group, IReadOnlyCollection<KeyValuePair<OffsetKey, CommittedOffset>> offsets)
    {
        if (offsets.Count == 0)
            return KafkaError.None;
        lock (_changing)
        {
            foreach (var (key, committed) in offsets)
                _builder.Add(Encode(group, key), Encode(committed), committed.CommittedAtMs);
            if (log.Append(_builder.Build(), time.GetUtcNow()).Error is not KafkaError.None and var error)
                return error;
            var known = _groups.GetOrAdd(group, _ => []);
            foreach (var (key, committed) in offsets)
                known[key] = committed;
            return KafkaError.None;
        }
    }

    /// <summary>Forgets a group, or one topic in all groups where <paramref name="group"/> is null.</summary>
    public KafkaError Delete(string? group, Func<OffsetKey, bool> isGone)
    {
        lock (_changing)
        {
            var gone = _groups
                .Where(pair => group is null || pair.Key == group)
                .SelectMany(pair => pair.Value.Keys.Where(isGone).Select(key => (Group: pair.Key, Key: key)))
                .ToList();
            // A tombstone for each, in batches that the log takes.
            foreach (var chunk in gone.Chunk(500))
            {
                foreach (var (name, key) in chunk)
                    _builder.Add(Encode(name, key), null, time.GetUtcNow().ToUnixTimeMilliseconds());
                if (log.Append(_builder.Build(), time.GetUtcNow()).Error is not KafkaError.None and var error)
                    return error;
                foreach (var (name, key) in chunk)
                    Forget(name, key);
            }
            return KafkaError.None;
        }
    }

    void Load(in RecordView record)
    {
        try
        {
            var key = new WireReader(record.Key);
            var group = key.ReadString();
            var partition = new OffsetKey(key.ReadString(), key.ReadInt32());
            if (record.IsTombstone)
            {
                Forget(group, partition);
                return;
            }
            var value = new WireReader(record.Value);
            _groups.GetOrAdd(group, _ => [])[partition] = new CommittedOffset(
                value.ReadInt64(), value.ReadInt32(), value.ReadNullableString(), value.ReadInt64());
        }
        catch (MalformedMessageException malformed)
        {
            logger.StoredOffsetSkipped(malformed.Message);
        }
    }

    void Forget(string group, OffsetKey key)
    {
        if (!_groups.TryGetValue(group, out var offsets))
            return;
        offsets.TryRemove(key, out _);
        if (offsets.IsEmpty)
            _groups.TryRemove(group, out _);
    }

    static ReadOnlyMemory<byte> Encode(string group, OffsetKey key)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteString(group);
        writer.WriteString(key.Topic);
        writer.WriteInt32(key.Partition);
        return output.WrittenMemory;
    }

    static ReadOnlyMemory<byte> Encode(CommittedOffset committed)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteInt64(committed.Offset);
        writer.WriteInt32(committed.LeaderEpoch);
        writer.WriteString(committed.Metadata);
        writer.WriteInt64(committed.CommittedAtMs);
        return output.WrittenMemory;
    }
}

/// <summary>A partition that a group has an offset for.</summary>
readonly record struct OffsetKey(string Topic, int Partition);

/// <summary>An offset as a group committed it.</summary>
sealed record CommittedOffset(long Offset, int LeaderEpoch, string? Metadata, long CommittedAtMs);
