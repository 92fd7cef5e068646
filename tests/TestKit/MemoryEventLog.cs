using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.TestKit;

/// <summary>An event log in memory with the behaviour that Kafka shows its clients: partitions chosen by murmur2,
/// offsets without reuse, a start that can be trimmed, readers that wait. Thread-safe; nothing in it depends on
/// threads, so that a simulation can run it on one.</summary>
public sealed class MemoryEventLog(TimeProvider time) : IEventLog
{
    readonly Lock _lock = new();
    readonly SortedDictionary<string, MemoryPartition[]> _topics = new(StringComparer.Ordinal);
    readonly Dictionary<string, Dictionary<TopicPartition, long>> _groups = new(StringComparer.Ordinal);
    TaskCompletionSource _appended = NewSignal();
    int _keylessCount;

    /// <inheritdoc/>
    public Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_lock)
        {
            foreach (var topic in topics)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(topic.Partitions, 1);
                var numbers = Enumerable.Range(0, topic.Partitions);
                _topics.TryAdd(topic.Name, [.. numbers.Select(n => new MemoryPartition(new(topic.Name, n)))]);
            }
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<TopicInfo>>(
                [.. _topics.Select(static topic => new TopicInfo(topic.Key, topic.Value.Length))]);
        }
    }

    /// <inheritdoc/>
    public IEventProducer OpenProducer(string clientId) => new MemoryProducer(this);

    /// <inheritdoc/>
    public IEventReader OpenReader(string clientId) => new MemoryReader(this, time);

    /// <inheritdoc/>
    public Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var held = Find(partition)
                ?? throw new TaplineException($"{partition} does not exist");
            return Task.FromResult(held.Offsets);
        }
    }

    /// <inheritdoc/>
    public Task CommitGroupOffsetsAsync(
        string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_groups.TryGetValue(group, out var stored))
                _groups[group] = stored = [];
            foreach (var (partition, offset) in offsets)
                stored[partition] = offset;
        }
        return Task.CompletedTask;
    }

    /// <summary>The offsets that a group has stored; empty when it has none.</summary>
    public IReadOnlyDictionary<TopicPartition, long> GroupOffsets(string group)
    {
        lock (_lock)
        {
            return _groups.TryGetValue(group, out var stored)
                ? new Dictionary<TopicPartition, long>(stored)
                : new Dictionary<TopicPartition, long>();
        }
    }

    /// <summary>Forgets a partition's records before an offset, as retention does.</summary>
    public void Trim(TopicPartition partition, long start)
    {
        lock (_lock)
        {
            var held = Find(partition) ?? throw new TaplineException($"{partition} does not exist");
            held.Trim(start);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Completes at the next append after the call.</summary>
    internal Task Appended
    {
        get
        {
            lock (_lock)
                return _appended.Task;
        }
    }

    internal void Append(in EventRecord record)
    {
        TaskCompletionSource appended;
        lock (_lock)
        {
            if (!_topics.TryGetValue(record.Topic, out var partitions))
                throw new TaplineException($"topic {record.Topic} does not exist", "Create it by EnsureTopicsAsync.");
            var partition = record.Partition ?? PartitionOf(record.Key, partitions.Length);
            if (partition < 0 || partition >= partitions.Length)
                throw new TaplineException($"topic {record.Topic} has no partition {partition}");
            partitions[partition].Append(record, record.TimestampMs ?? time.GetUtcNow().ToUnixTimeMilliseconds());
            (appended, _appended) = (_appended, NewSignal());
        }
        appended.SetResult();
    }

    internal RecordChunk? Read(TopicPartition partition, long offset, int bytesMax)
    {
        lock (_lock)
            return Find(partition)?.Read(offset, bytesMax);
    }

    MemoryPartition? Find(TopicPartition partition) =>
        _topics.TryGetValue(partition.Topic, out var partitions)
            ? partitions.ElementAtOrDefault(partition.Partition)
            : null;

    int PartitionOf(ReadOnlyMemory<byte>? key, int partitions) =>
        key is { } bytes ? Murmur2.Partition(bytes.Span, partitions) : _keylessCount++ % partitions;

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

sealed class MemoryProducer(MemoryEventLog log) : IEventProducer
{
    public ValueTask AppendAsync(EventRecord record, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        log.Append(record);
        return ValueTask.CompletedTask;
    }

    public Task FlushAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
