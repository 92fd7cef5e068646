using System.Threading.Channels;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Cli.Bench.Lake;

/// <summary>A log that has one table's changes when they are put into it, and measures what a lane does with them: from
/// the moment it has them until it asks for more. A lane that commits without waiting has then committed them.
/// </summary>
sealed class LakeFeed(string prefix, TableSchema schema, TimeProvider time) : IEventLog
{
    readonly Channel<Meal> _meals = Channel.CreateBounded<Meal>(1);
    readonly TopicPartition _schemas = new(TopicNames.Schemas(prefix), 0);
    readonly TopicPartition _data = new(TopicNames.Data(prefix, schema.Table), 0);
    long _end;

    /// <summary>Gives changes to the lane that reads; what they cost it is known when it is done with them.</summary>
    public async Task<LaneCost> PutAsync(IReadOnlyList<RecordChunk> changes, CancellationToken ct)
    {
        var meal = new Meal(changes);
        _end = changes[^1].NextOffset;
        await _meals.Writer.WriteAsync(meal, ct);
        return await meal.Done.Task.WaitAsync(ct);
    }

    /// <inheritdoc/>
    public Task EnsureTopicsAsync(IReadOnlyCollection<TopicSpec> topics, CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IReadOnlyList<TopicInfo>> ListTopicsAsync(CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<TopicInfo>>([new TopicInfo(_schemas.Topic, 1), new TopicInfo(_data.Topic, 1)]);

    /// <inheritdoc/>
    public IEventProducer OpenProducer(string clientId) =>
        throw new InvalidOperationException($"{clientId} writes to a log of measurements: a change was not understood");

    /// <inheritdoc/>
    public IEventReader OpenReader(string clientId) => new Reader(this);

    /// <inheritdoc/>
    public Task<OffsetRange> OffsetsAsync(TopicPartition partition, CancellationToken ct) =>
        Task.FromResult(new OffsetRange(0, partition == _schemas ? 1 : _end));

    /// <inheritdoc/>
    public Task CommitGroupOffsetsAsync(
        string group, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken ct) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    RecordChunk Announcement()
    {
        var value = SchemaRecord.Value(schema);
        var slot = new RecordSlot
        {
            Offset = 0, TimestampMs = 0, KeyStart = 0, KeyLength = 0, ValueStart = 0, ValueLength = value.Length,
        };
        return new RecordChunk(_schemas, value, new[] { slot }, nextOffset: 1);
    }

    sealed record Meal(IReadOnlyList<RecordChunk> Changes)
    {
        public TaskCompletionSource<LaneCost> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    sealed class Reader(LakeFeed feed) : IEventReader
    {
        bool _readsData;
        bool _announces;
        Meal? _open;
        long _began;
        TimeSpan _cpu;
        long _allocated;

        public void Assign(TopicPartition partition, long offset)
        {
            _readsData |= partition == feed._data;
            _announces |= partition == feed._schemas && offset == 0;
        }

        public void Unassign(TopicPartition partition) => _readsData &= partition != feed._data;

        public async ValueTask<IReadOnlyList<RecordChunk>> PollAsync(
            TimeSpan wait, int bytesMax, CancellationToken ct)
        {
            Close();
            if (_announces)
            {
                _announces = false;
                return [feed.Announcement()];
            }
            if (!_readsData || !await HasMealAsync(wait, ct) || !feed._meals.Reader.TryRead(out _open))
                return [];
            _began = feed.Time.GetTimestamp();
            _cpu = Environment.CpuUsage.TotalTime;
            _allocated = GC.GetTotalAllocatedBytes();
            return _open.Changes;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        void Close()
        {
            _open?.Done.TrySetResult(new LaneCost(
                feed.Time.GetElapsedTime(_began),
                Environment.CpuUsage.TotalTime - _cpu,
                GC.GetTotalAllocatedBytes() - _allocated));
            _open = null;
        }

        async Task<bool> HasMealAsync(TimeSpan wait, CancellationToken ct)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var ready = feed._meals.Reader.WaitToReadAsync(stop.Token).AsTask();
            var first = await Task.WhenAny(ready, Task.Delay(wait, feed.Time, stop.Token));
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
            return first == ready;
        }
    }

    TimeProvider Time => time;
}

/// <summary>What a lane needed for some changes, from having them until they were in the lake.</summary>
/// <param name="Took">Time that passed.</param>
/// <param name="Cpu">Processor time of this process.</param>
/// <param name="AllocatedBytes">Managed memory allocated.</param>
readonly record struct LaneCost(TimeSpan Took, TimeSpan Cpu, long AllocatedBytes)
{
    /// <summary>Both together.</summary>
    public static LaneCost operator +(LaneCost left, LaneCost right) =>
        new(left.Took + right.Took, left.Cpu + right.Cpu, left.AllocatedBytes + right.AllocatedBytes);
}
