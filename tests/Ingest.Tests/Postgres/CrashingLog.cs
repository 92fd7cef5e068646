using Tapline.Contracts.Log;

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>A log that fails for good after a number of data records, as if the process had died there: what was
/// appended before stays in the log below.</summary>
sealed class CrashingLog(IEventLog log, int recordsMax) : IEventLog
{
    int _left = recordsMax;

    public bool HasCrashed => Volatile.Read(ref _left) < 0;

    public Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct) =>
        log.EnsureTopicsAsync(topics, ct);

    public Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct) => log.ListTopicsAsync(ct);

    public IEventProducer OpenProducer(string clientId) => new Producer(this, log.OpenProducer(clientId));

    public IEventReader OpenReader(string clientId) => log.OpenReader(clientId);

    public Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct) =>
        log.OffsetsAsync(partition, ct);

    public Task CommitGroupOffsetsAsync(
        string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct) =>
        log.CommitGroupOffsetsAsync(group, offsets, ct);

    public ValueTask DisposeAsync() => default;

    void Check(bool counts)
    {
        if (counts ? Interlocked.Decrement(ref _left) < 0 : HasCrashed)
            throw new CrashException();
    }

    sealed class Producer(CrashingLog owner, IEventProducer producer) : IEventProducer
    {
        public ValueTask AppendAsync(EventRecord record, CancellationToken ct)
        {
            owner.Check(record.Topic.StartsWith(Capture.Prefix + ".", StringComparison.Ordinal));
            return producer.AppendAsync(record, ct);
        }

        public Task FlushAsync(CancellationToken ct)
        {
            owner.Check(counts: false);
            return producer.FlushAsync(ct);
        }

        public ValueTask DisposeAsync() => producer.DisposeAsync();
    }
}

/// <summary>The crash.</summary>
sealed class CrashException : Exception;
