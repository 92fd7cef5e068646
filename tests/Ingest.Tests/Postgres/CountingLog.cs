using Tapline.Contracts.Log;

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>A log that counts data records and keeps none of them, so that memory is the source's alone.</summary>
sealed class CountingLog(IEventLog log) : IEventLog
{
    long _dataRecords;

    public long DataRecords => Volatile.Read(ref _dataRecords);

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

    public ValueTask DisposeAsync() => log.DisposeAsync();

    sealed class Producer(CountingLog owner, IEventProducer producer) : IEventProducer
    {
        public ValueTask AppendAsync(EventRecord record, CancellationToken ct)
        {
            if (!record.Topic.StartsWith(Capture.Prefix + ".", StringComparison.Ordinal))
                return producer.AppendAsync(record, ct);
            Interlocked.Increment(ref owner._dataRecords);
            return default;
        }

        public Task FlushAsync(CancellationToken ct) => producer.FlushAsync(ct);

        public ValueTask DisposeAsync() => producer.DisposeAsync();
    }
}
