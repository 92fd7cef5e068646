using Tapline.Contracts.Log;
using Tapline.Simulation.Tests.Scheduling;

namespace Tapline.Simulation.Tests.World;

/// <summary>The log as one process sees it, over the network. Of an inner log whose answers are there at
/// once.</summary>
// A request that is on its way is not called back when its sender is told to stop.
sealed class SimulatedLog(IEventLog inner, Process owner, Network network, Scheduler scheduler, TimeProvider time)
    : IEventLog
{
    public async Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct) =>
        await network.OrderAsync(
            owner, "ensure topics", () => inner.EnsureTopicsAsync(topics, CancellationToken.None).IsCompleted);

    public Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct) =>
        network.AskAsync(owner, "list topics", () => inner.ListTopicsAsync(CancellationToken.None).Result);

    public IEventProducer OpenProducer(string clientId) => new Producer(inner.OpenProducer(clientId), owner, network);

    public IEventReader OpenReader(string clientId) =>
        new Reader(inner.OpenReader(clientId), owner, network, scheduler, time);

    public Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct) =>
        network.AskAsync(
            owner, $"offsets of {partition}", () => inner.OffsetsAsync(partition, CancellationToken.None).Result);

    public Task CommitGroupOffsetsAsync(
        string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct) =>
        inner.CommitGroupOffsetsAsync(group, offsets, ct);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    sealed class Reader(
        IEventReader inner, Process owner, Network network, Scheduler scheduler, TimeProvider time) : IEventReader
    {
        public void Assign(TopicPartition partition, long offset) => inner.Assign(partition, offset);

        public void Unassign(TopicPartition partition) => inner.Unassign(partition);

        public async ValueTask<IReadOnlyList<RecordChunk>> PollAsync(
            TimeSpan wait, int bytesMax, CancellationToken ct)
        {
            var chunks = await ReadAsync(bytesMax, ct);
            if (chunks.Count > 0 || wait <= TimeSpan.Zero)
                return chunks;
            await Task.Delay(scheduler.UpTo(wait.TotalSeconds), time, ct);
            return await ReadAsync(bytesMax, ct);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        Task<IReadOnlyList<RecordChunk>> ReadAsync(int bytesMax, CancellationToken ct) => network.LookAsync(
            owner,
            "read the log",
            () => inner.PollAsync(TimeSpan.Zero, bytesMax, CancellationToken.None).AsTask().Result);
    }

    sealed class Producer(IEventProducer inner, Process owner, Network network) : IEventProducer
    {
        public ValueTask AppendAsync(EventRecord record, CancellationToken ct) => inner.AppendAsync(record, ct);

        public async Task FlushAsync(CancellationToken ct) =>
            await network.AskAsync(owner, "flush records", () => inner.FlushAsync(CancellationToken.None).IsCompleted);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
