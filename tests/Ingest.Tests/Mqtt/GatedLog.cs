using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Mqtt;

/// <summary>A log in memory that acknowledges when it is let, and refuses when it is told to.</summary>
sealed class GatedLog : IEventLog
{
    readonly MemoryEventLog _log = new(TimeProvider.System);
    TaskCompletionSource _gate = Opened();
    int _refusals;

    /// <summary>No acknowledgement until <see cref="Open"/>.</summary>
    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Acknowledges what waits.</summary>
    public void Open() => _gate.TrySetResult();

    /// <summary>Lets so many flushes fail although the records are written, as a lost answer does.</summary>
    public void Refuse(int count) => _refusals = count;

    public Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct) =>
        _log.EnsureTopicsAsync(topics, ct);

    public Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct) => _log.ListTopicsAsync(ct);

    public IEventProducer OpenProducer(string clientId) => new GatedProducer(this, _log.OpenProducer(clientId));

    public IEventReader OpenReader(string clientId) => _log.OpenReader(clientId);

    public Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct) =>
        _log.OffsetsAsync(partition, ct);

    public Task CommitGroupOffsetsAsync(
        string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct) =>
        _log.CommitGroupOffsetsAsync(group, offsets, ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    static TaskCompletionSource Opened()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }

    sealed class GatedProducer(GatedLog owner, IEventProducer producer) : IEventProducer
    {
        public ValueTask AppendAsync(EventRecord record, CancellationToken ct) => producer.AppendAsync(record, ct);

        public async Task FlushAsync(CancellationToken ct)
        {
            await owner._gate.Task.WaitAsync(ct);
            if (Interlocked.Decrement(ref owner._refusals) >= 0)
                throw new TaplineException("the answer was lost") { IsTransient = true };
        }

        public ValueTask DisposeAsync() => producer.DisposeAsync();
    }
}
