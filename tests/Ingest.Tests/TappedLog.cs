using Tapline.Contracts.Log;
using Tapline.Ingest.Tests.Postgres;

namespace Tapline.Ingest.Tests;

/// <summary>A log that hands everything to another one, which outlives it; those who derive see what is appended.
/// </summary>
abstract class TappedLog(IEventLog log) : IEventLog
{
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

    protected abstract ValueTask AppendAsync(IEventProducer producer, EventRecord record, CancellationToken ct);

    protected virtual Task FlushAsync(IEventProducer producer, CancellationToken ct) => producer.FlushAsync(ct);

    protected static bool IsData(EventRecord record) =>
        record.Topic.StartsWith(Capture.Prefix + ".", StringComparison.Ordinal);

    sealed class Producer(TappedLog owner, IEventProducer producer) : IEventProducer
    {
        public ValueTask AppendAsync(EventRecord record, CancellationToken ct) =>
            owner.AppendAsync(producer, record, ct);

        public Task FlushAsync(CancellationToken ct) => owner.FlushAsync(producer, ct);

        public ValueTask DisposeAsync() => producer.DisposeAsync();
    }
}
