using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tapline.Contracts.Log;
using Tapline.Ingest.Postgres.Signals;

namespace Tapline.Ingest.Postgres.Progress;

/// <summary>What a source has done so far, kept in its progress topic: read once at the start, appended to and
/// acknowledged before anything is built on it. Safe for parallel copiers.</summary>
sealed class ProgressLog : IAsyncDisposable
{
    readonly string _topic;
    readonly IEventProducer _producer;
    readonly SemaphoreSlim _gate = new(1);
    readonly Dictionary<string, RelationPlan> _plans = new(StringComparer.Ordinal);
    readonly Dictionary<(string Relation, int Chunk), ChunkDone> _done = [];

    ProgressLog(string topic, IEventProducer producer)
    {
        _topic = topic;
        _producer = producer;
    }

    /// <summary>The slot and the copy; null before the first start.</summary>
    public SlotProgress? Slot { get; private set; }

    /// <summary>The tables that are being read again.</summary>
    public RereadState Reread { get; private set; } = RereadState.None;

    /// <summary>Creates the topic if need be and reads what it holds.</summary>
    public static async Task<ProgressLog> OpenAsync(IEventLog log, string prefix, CancellationToken ct)
    {
        var topic = TopicNames.Progress(prefix);
        await log.EnsureTopicsAsync([new TopicSpec(topic, 1, Compacted)], ct);
        var progress = new ProgressLog(topic, log.OpenProducer("tapline-ingest-progress"));
        await TopicScan.ReadAsync(log, topic, progress.Apply, ct);
        return progress;
    }

    /// <summary>The settings of a topic whose last record a key is kept for ever.</summary>
    public static IReadOnlyDictionary<string, string> Compacted { get; } =
        new Dictionary<string, string> { ["cleanup.policy"] = "compact" };

    /// <summary>The plan of a relation in this epoch; null when it has none.</summary>
    public RelationPlan? Plan(string relation) =>
        _plans.TryGetValue(relation, out var plan) && plan.Epoch == Slot?.Epoch ? plan : null;

    /// <summary>Whether a chunk is in the log.</summary>
    public bool IsDone(string relation, int chunk)
    {
        lock (_done)
            return _done.TryGetValue((relation, chunk), out var done) && done.Epoch == Slot?.Epoch;
    }

    public Task SetSlotAsync(SlotProgress slot, CancellationToken ct)
    {
        Slot = slot;
        return AppendAsync(new ProgressKey("slot"), slot, ProgressJson.Default.SlotProgress, ct);
    }

    public async Task SetRereadAsync(RereadState state, CancellationToken ct)
    {
        await AppendAsync(new ProgressKey("reread"), state, ProgressJson.Default.RereadState, ct);
        Reread = state;
    }

    /// <summary>Sets a relation's plan. Chunks of a plan that it had before are to be done again.</summary>
    public async Task SetPlanAsync(string relation, RelationPlan plan, CancellationToken ct)
    {
        List<int> stale;
        lock (_done)
        {
            stale = [.. _done.Keys.Where(key => key.Relation == relation).Select(static key => key.Chunk)];
            foreach (var chunk in stale)
                _done.Remove((relation, chunk));
        }
        foreach (var chunk in stale)
            await AppendAsync(new ProgressKey("chunk", relation, chunk), null, ProgressJson.Default.ChunkDone, ct);
        _plans[relation] = plan;
        await AppendAsync(new ProgressKey("plan", relation), plan, ProgressJson.Default.RelationPlan, ct);
    }

    public async Task SetDoneAsync(string relation, int chunk, long rows, CancellationToken ct)
    {
        var done = new ChunkDone(Slot?.Epoch ?? 0, rows);
        await AppendAsync(new ProgressKey("chunk", relation, chunk), done, ProgressJson.Default.ChunkDone, ct);
        lock (_done)
            _done[(relation, chunk)] = done;
    }

    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return _producer.DisposeAsync();
    }

    async Task AppendAsync<T>(ProgressKey key, T? value, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var keyBytes = JsonSerializer.SerializeToUtf8Bytes(key, ProgressJson.Default.ProgressKey);
        ReadOnlyMemory<byte>? valueBytes = null;
        if (value is not null)
            valueBytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        await _gate.WaitAsync(ct);
        try
        {
            await _producer.AppendAsync(new EventRecord(_topic, keyBytes, valueBytes) { Partition = 0 }, ct);
            await _producer.FlushAsync(ct);
        }
        finally
        {
            _gate.Release();
        }
    }

    void Apply(ReadOnlyMemory<byte> keyBytes, ReadOnlyMemory<byte>? value)
    {
        var key = JsonSerializer.Deserialize(keyBytes.Span, ProgressJson.Default.ProgressKey);
        switch (key)
        {
            case { Kind: "slot" }:
                Slot = Parse(value, ProgressJson.Default.SlotProgress);
                break;
            case { Kind: "reread" }:
                Reread = Parse(value, ProgressJson.Default.RereadState) ?? RereadState.None;
                break;
            case { Kind: "plan", Relation: { } relation }:
                if (Parse(value, ProgressJson.Default.RelationPlan) is { } plan)
                    _plans[relation] = plan;
                break;
            case { Kind: "chunk", Relation: { } relation, Chunk: { } chunk }:
                if (Parse(value, ProgressJson.Default.ChunkDone) is { } done)
                    _done[(relation, chunk)] = done;
                else
                    _done.Remove((relation, chunk));
                break;
            default:
                throw new JsonException($"a record of {_topic} has an unknown key");
        }
    }

    static T? Parse<T>(ReadOnlyMemory<byte>? value, JsonTypeInfo<T> type)
        where T : class =>
        value is { } bytes ? JsonSerializer.Deserialize(bytes.Span, type) : null;
}
