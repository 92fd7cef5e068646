using System.Globalization;
using Microsoft.Extensions.Logging;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Schemas;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Lanes;

/// <summary>One lane: reads its partitions, applies their changes and commits epochs to the lake. One task runs it and
/// owns all it holds; it ends by cancellation or with <see cref="LaneFencedException"/>.</summary>
sealed class Lane(StreamOptions options, LaneServices services, StreamStatusBoard board) : IAsyncDisposable
{
    static readonly TimeSpan RowInFlightWaitMax = TimeSpan.FromSeconds(2);

    readonly EpochStore _epochs = new(services.Lake, options.Lane);
    readonly LaneTopics _topics = new();
    readonly SchemaRegistry _schemas = new(services.Log, options.Prefix, services.Logger);
    readonly QuarantineBuffer _quarantine = new();
    InlineSchemas? _inline;
    readonly Dictionary<string, TableStream> _tables = new(StringComparer.Ordinal);
    readonly IEventReader _reader = services.Log.OpenReader($"tapline-{options.Pipeline}-{options.Lane}");
    LakeTables? _lake;
    EpochCommitter? _committer;
    TopicDiscovery? _discovery;
    long _firstChangeAt;

    LakeTables Lake => _lake ?? throw new InvalidOperationException("the lane is not loaded");

    /// <summary>Loads the lane from the lake, finishes an epoch that was begun, then works until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await LoadAsync(ct);
        var interval = options.EpochInterval;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            await _discovery!.AssignNewAsync(ct);
            var wait = HasWork ? Remaining(interval) : options.DiscoveryInterval;
            foreach (var chunk in await _reader.PollAsync(wait, options.FetchBytesMax, ct))
                await ApplyAsync(chunk, ct);
            if (HasWork && (Remaining(interval) <= TimeSpan.Zero || IsFull) && !MustWaitForRowInFlight(interval))
                interval = await CommitAsync(ct);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        if (_committer is not null)
            await _committer.DisposeAsync();
        await _schemas.DisposeAsync();
    }

    bool HasWork => _topics.All.Any(static partition => partition.Next > partition.CommittedTo);

    bool IsFull => _quarantine.Rows.ByteCount + _tables.Values.Sum(static table => table.History.Rows.ByteCount)
        >= options.EpochBytesMax;

    async Task LoadAsync(CancellationToken ct)
    {
        var (manifest, open) = await _epochs.ReadAsync(ct);
        if (manifest is not null)
            _topics.Restore(manifest);
        _lake = new LakeTables(options, services, _quarantine, manifest);
        _committer = new EpochCommitter(options, services, _epochs, _lake, _topics, _quarantine, manifest);
        _discovery = new TopicDiscovery(options, services, _topics, _reader);
        await _schemas.RefreshAsync(ct);
        if (open is not null)
            await FinishAsync(open, ct);
        foreach (var partition in _topics.All)
            _reader.Assign(partition.Id, partition.Next);
        board.Loaded(_committer);
    }

    // Applies exactly the stretch that the intent names and commits what its writer did not get to.
    async Task FinishAsync(EpochIntent intent, CancellationToken ct)
    {
        var until = new Dictionary<TopicPartition, long>();
        foreach (var (topic, ends) in intent.To)
        {
            foreach (var (number, end) in ends)
            {
                var partition = new TopicPartition(topic, number);
                var from = intent.From[topic][number];
                var known = _topics.Find(partition) ?? _topics.Begin(partition, from);
                if (known.Next != from)
                {
                    throw new InvalidDataException(
                        $"epoch {intent.Epoch} begins {partition} at {from}, the lane is at {known.Next}");
                }
                _reader.Assign(partition, from);
                until.Add(partition, end);
            }
        }
        while (until.Any(end => _topics.Find(end.Key)!.Next < end.Value))
        {
            foreach (var chunk in await _reader.PollAsync(options.DiscoveryInterval, options.FetchBytesMax, ct))
                await ApplyAsync(chunk, ct, until[chunk.Partition]);
        }
        var rejected = _quarantine.Rows.Count;
        await _committer!.FinishAsync(intent, _tables, ct);
        board.Rejected(rejected);
        services.Logger.EpochRecovered(options.Lane, intent.Epoch);
    }

    async Task ApplyAsync(RecordChunk chunk, CancellationToken ct, long until = long.MaxValue)
    {
        var partition = _topics.Find(chunk.Partition)!;
        if (!HasWork)
            _firstChangeAt = services.Time.GetTimestamp();
        var slots = chunk.Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots.Span[i];
            if (slot.Offset >= until)
                break;
            if (slot.Offset < partition.Next)
                continue;
            await ApplyAsync(chunk, slot, partition, ct);
            partition.Next = slot.Offset + 1;
        }
        partition.Next = Math.Max(partition.Next, Math.Min(chunk.NextOffset, until));
    }

    async ValueTask ApplyAsync(RecordChunk chunk, RecordSlot slot, LanePartition partition, CancellationToken ct)
    {
        if (slot.ValueLength < 0)
            return; // A tombstone is for Kafka's compaction; the delete before it has said all.
        var topic = chunk.Partition.Topic;
        if (Math.Max(slot.KeyLength, 0) + (long)slot.ValueLength > options.MessageBytesMax)
        {
            Reject(chunk, slot, QuarantineReason.TooLarge,
                $"{slot.ValueLength} bytes, at most {options.MessageBytesMax} are taken (stream.message_bytes_max)");
            return;
        }
        var schema = await SchemaOfAsync(chunk, slot, topic, ct);
        if (schema is null)
            return;
        var table = await TableAsync(topic, schema, ct);
        if (table.Apply(chunk, slot, table.Plan(schema), partition.Gate))
            return;
        await _schemas.RefreshAsync(ct);
        var newest = _schemas.Newest(topic);
        var isNewer = newest is not null && newest.Version != schema.Version;
        if (!isNewer || !table.Apply(chunk, slot, table.Plan(newest!), partition.Gate))
        {
            table.Reject(chunk, slot, QuarantineReason.Of(Decoding.RejectReason.UnknownColumn),
                "a field that no announced schema has");
        }
    }

    // A record of our own source names its schema; a foreign one is read under the newest that is known.
    async ValueTask<TableSchema?> SchemaOfAsync(RecordChunk chunk, RecordSlot slot, string topic, CancellationToken ct)
    {
        int? version = chunk.TryGetHeader(slot, "tapline.schema"u8, out var header)
            && int.TryParse(header, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        if (version is null && InlineSchema.IsCarriedBy(chunk.Value(slot)))
            return InlineSchemaOf(chunk, slot);
        var schema = Find();
        if (schema is null)
        {
            await _schemas.RefreshAsync(ct);
            schema = Find();
        }
        if (schema is null)
        {
            var known = _schemas.Newest(topic) is not null;
            Reject(chunk, slot, known ? QuarantineReason.UnknownSchema : QuarantineReason.UnknownTable,
                known ? $"schema version {version} was never announced" : $"no schema was announced for {topic}");
        }
        return schema;

        TableSchema? Find() => version is { } wanted ? _schemas.Find(topic, wanted) : _schemas.Newest(topic);
    }

    // Null for what is no change of a table, and for what is in quarantine now.
    TableSchema? InlineSchemaOf(RecordChunk chunk, in RecordSlot slot)
    {
        var schema = (_inline ??= new InlineSchemas(_schemas.Newest)).Find(chunk, slot, out var reason);
        if (reason is not null)
            Reject(chunk, slot, QuarantineReason.UnreadableSchema, reason);
        return schema;
    }

    async ValueTask<TableStream> TableAsync(string topic, TableSchema schema, CancellationToken ct)
    {
        if (!_tables.TryGetValue(topic, out var table))
            // Old connectors send a table whose name is not ASCII under two names of topics.
            table = _tables.Values.FirstOrDefault(known => known.Table == schema.Table);
        if (table is null)
            _tables.Add(topic, table = await Lake.LoadAsync(schema, ct));
        return table;
    }

    void Reject(RecordChunk chunk, in RecordSlot slot, string reason, string detail) =>
        _quarantine.Add(chunk.Partition.Topic, reason, detail, chunk, slot);

    // A change of primary key comes as a delete and a create; a cut between them would lose the values that only the
    // deleted row has. They follow each other closely: where they do not, they are in partitions of different order.
    bool MustWaitForRowInFlight(TimeSpan interval) =>
        _tables.Values.Any(static table => table.HasRowInFlight) && Remaining(interval) > -RowInFlightWaitMax;

    TimeSpan Remaining(TimeSpan interval) => interval - services.Time.GetElapsedTime(_firstChangeAt);

    async Task<TimeSpan> CommitAsync(CancellationToken ct)
    {
        var began = services.Time.GetTimestamp();
        var rejected = _quarantine.Rows.Count;
        await _committer!.CommitAsync(_tables, ct);
        board.Rejected(rejected);
        var took = services.Time.GetElapsedTime(began);
        board.Committed(_committer, Lake, _tables, took);
        var relaxed = took * 3;
        return relaxed < options.EpochInterval ? options.EpochInterval
            : relaxed > options.EpochIntervalMax ? options.EpochIntervalMax : relaxed;
    }
}
