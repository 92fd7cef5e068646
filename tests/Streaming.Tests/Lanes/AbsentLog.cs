using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>A log that does not answer the first questions for its topics, as a cluster that is being
/// started.</summary>
sealed class AbsentLog(IEventLog inner, int refusals) : IEventLog
{
    public int RefusalsLeft { get; private set; } = refusals;

    public Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct)
    {
        if (RefusalsLeft == 0)
            return inner.ListTopicsAsync(ct);
        RefusalsLeft--;
        throw new TaplineException("nobody answers") { IsTransient = true };
    }

    public Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct) =>
        inner.EnsureTopicsAsync(topics, ct);

    public IEventProducer OpenProducer(string clientId) => inner.OpenProducer(clientId);

    public IEventReader OpenReader(string clientId) => inner.OpenReader(clientId);

    public Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct) =>
        inner.OffsetsAsync(partition, ct);

    public Task CommitGroupOffsetsAsync(
        string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct) =>
        inner.CommitGroupOffsetsAsync(group, offsets, ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
