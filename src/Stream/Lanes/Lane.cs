using System.Globalization;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Devices;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Models;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Schemas;
using Tapline.Streaming.Tables;
using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Lanes;

/// <summary>One lane: reads its partitions, applies their changes and commits epochs to the lake. One task runs it and
/// owns all it holds; it ends by cancellation or with <see cref="LaneFencedException"/>.</summary>
sealed class Lane(StreamOptions options, LaneServices services, StreamStatusBoard board) : IAsyncDisposable
{
    // How often a partition that waits is looked at, and windows, which end also when nothing comes.
    static readonly TimeSpan HoldInterval = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan RereadEndWaitMax = TimeSpan.FromSeconds(2);

    readonly EpochStore _epochs = new(services.Lake, options.Lane);
    readonly LaneTopics _topics = new();
    readonly SchemaRegistry _schemas = new(services.Log, options.Prefix, options.Sources, services.Logger);
    readonly QuarantineBuffer _quarantine = new();
    readonly SchemaHistoryBuffer _changes = new();
    readonly ReplayLedger _ledger = new(services);
    RecordSchemas? _recordSchemas;
    DeviceStreams? _devices;
    LaneModels? _models;
    LaneWindows? _windows;
    readonly Dictionary<string, TableStream> _tables = new(StringComparer.Ordinal);
    readonly IEventReader _reader = services.Log.OpenReader($"tapline-{options.Pipeline}-{options.Lane}");
    HeldPartitions? _held;
    TransactionBarrier? _barrier;
    LakeTables? _lake;
    EpochCommitter? _committer;
    LakeMaintenance? _maintenance;
    TopicDiscovery? _discovery;
    LaneReplays? _replays;
    long _firstChangeAt;
    bool _isRepeating;
    SourcePosition _waitingMove; // Of the record that was applied last, should it have to wait for its old row.

    HeldPartitions Held => _held ??= new HeldPartitions(_reader, services.Time);

    TransactionBarrier Barrier =>
        _barrier ??= new TransactionBarrier(options, _topics, services.Time, services.Logger);

    RecordSchemas Schemas => _recordSchemas ??= new RecordSchemas(_schemas, _quarantine);

    LaneReplays Replays => _replays ?? throw new InvalidOperationException("the lane is not loaded");

    DeviceStreams Devices => _devices ??= new DeviceStreams(options, services, _quarantine);

    LaneWindows Windows => _windows ??= new LaneWindows(options, services, Devices);

    LakeTables Lake => _lake ?? throw new InvalidOperationException("the lane is not loaded");

    /// <summary>Loads the lane from the lake, finishes an epoch that was begun, then works until cancelled. Ends before
    /// when all has to be loaded once more.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (!await LoadAsync(ct))
            return;
        var interval = options.EpochInterval;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            await _discovery!.AssignNewAsync(ct);
            await Devices.LookAsync(isBetweenEpochs: !HasWork, ct);
            if (Devices.IsReady)
                Held.Release(HoldReason.Devices);
            // What all lanes append to wants it also while this one has nothing to commit.
            if (options.Lanes > 1 && !HasWork)
                _maintenance!.RunIfDue(_committer!.Versions.Keys);
            Held.BeginTurn();
            Held.ReleaseOldRows(giveUp: false);
            ReleaseTransactions();
            var wait = HasWork ? Remaining(interval) : options.DiscoveryInterval;
            if ((Held.Any || Windows.Any) && wait > HoldInterval)
                wait = HoldInterval;
            if (wait < TimeSpan.Zero)
                wait = TimeSpan.Zero;
            foreach (var chunk in await _reader.PollAsync(wait, options.FetchBytesMax, ct))
                await ApplyAsync(chunk, ct);
            await Windows.TakeAsync(_tables.Values, ct);
            await LookForReplaysAsync(ct);
            var isDue = HasWork && (Remaining(interval) <= TimeSpan.Zero || IsFull || Barrier.IsFull);
            if (isDue && !MustWaitForRereadEnds(interval) && await MayCutAsync(ct))
                interval = await CommitAsync(ct);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        if (_committer is not null)
            await _committer.DisposeAsync();
        if (_replays is not null)
            await _replays.DisposeAsync();
        if (_devices is not null)
            await _devices.DisposeAsync();
        if (_windows is not null)
            await _windows.DisposeAsync();
        if (_maintenance is not null)
            await _maintenance.DisposeAsync();
        _models?.Dispose();
        await _schemas.DisposeAsync();
    }

    bool HasWork => Replays.Any || _models?.HasWork == true
        || _topics.All.Any(static partition => partition.Next > partition.CommittedTo);

    bool IsFull => EpochBytes >= options.EpochBytesMax;

    long EpochBytes =>
        _quarantine.Rows.ByteCount + Devices.ByteCount
        + _tables.Values.Sum(static table => table.History.Rows.ByteCount);

    // False when an epoch was finished whose tables were partly there: they are loaded anew as they are now.
    async Task<bool> LoadAsync(CancellationToken ct)
    {
        var (manifest, open) = await _epochs.ReadAsync(ct);
        if (manifest is not null)
            _topics.Restore(manifest);
        _lake = new LakeTables(options, services, _quarantine, _changes, manifest);
        if (options.HasModels)
            _models = new LaneModels(options.Models!, options, services, _lake, manifest);
        _committer = new EpochCommitter(
            options, services, _epochs, _lake, _topics, _quarantine, _changes, _ledger, Devices, _models, manifest);
        _replays = new LaneReplays(
            options, services, _topics, _lake, _committer, _quarantine, _ledger, ReplayAsync);
        _maintenance = new LakeMaintenance(options, services);
        _discovery = new TopicDiscovery(options, services, _topics, _reader);
        await _schemas.RefreshAsync(ct);
        await Devices.LoadAsync(_committer.Versions, ct);
        if (_models is not null)
            await LoadModelsAsync(_models, ct);
        if (open is not null)
            await FinishAsync(open, ct);
        if (open is not null && _models is not null)
            return false;
        await Windows.LoadAsync(_committer.Versions, ct);
        foreach (var partition in _topics.All.Where(partition => !_replays.IsItsTopic(partition.Id.Topic)))
            _reader.Assign(partition.Id, partition.Next);
        board.Loaded(_committer);
        return true;
    }

    // Models look rows up in tables that no change may have come for yet.
    async Task LoadModelsAsync(LaneModels models, CancellationToken ct)
    {
        foreach (var table in models.Sources)
        {
            var topic = TopicNames.Data(options.Prefix, table);
            if (await Lake.FindAsync($"current/{table}", ct) is not null && _schemas.Newest(topic) is { } schema)
                await TableAsync(topic, schema, ct);
        }
        await models.LoadAsync(_tables.Values, Lake, ct);
    }

    // Applies exactly the stretch that the intent names and commits what its writer did not get to.
    async Task FinishAsync(EpochIntent intent, CancellationToken ct)
    {
        var until = new Dictionary<TopicPartition, long>();
        _isRepeating = true;
        Devices.Repeat(intent);
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
                if (Replays.IsItsTopic(topic))
                    continue;
                _reader.Assign(partition, from);
                until.Add(partition, end);
            }
        }
        while (until.Any(end => _topics.Find(end.Key)!.Next < end.Value))
        {
            var chunks = await _reader.PollAsync(
                Held.Any ? HoldInterval : options.DiscoveryInterval, options.FetchBytesMax, ct);
            foreach (var chunk in chunks)
                await ApplyAsync(chunk, ct, until[chunk.Partition]);
            // What the stretch does not bring never comes: its first writer had given up, too.
            Held.ReleaseOldRows(giveUp: until.All(end =>
                _topics.Find(end.Key) is var partition && (partition!.IsHeld || partition.Next >= end.Value)));
        }
        await Replays.FinishAsync(intent, ct);
        _isRepeating = false;
        var rejected = _quarantine.Rows.Count;
        _models?.Run(intent.Epoch, intent.ModelClockUs, _tables.Values, Devices, ct);
        await _committer!.FinishAsync(intent, _tables, ct);
        await Devices.LoadAsync(_committer.Versions, ct);
        Barrier.Settle();
        board.Rejected(rejected);
        services.Logger.EpochRecovered(options.Lane, intent.Epoch);
    }

    async Task ApplyAsync(RecordChunk chunk, CancellationToken ct, long until = long.MaxValue)
    {
        var partition = _topics.Find(chunk.Partition)!;
        if (partition.IsHeld)
            return;
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
            if (await ApplyAsync(chunk, slot, partition, ct) is { } reason)
            {
                Held.Hold(partition, reason, reason == HoldReason.OldRow ? _waitingMove : default);
                return;
            }
            partition.Next = slot.Offset + 1;
        }
        partition.Next = Math.Max(partition.Next, Math.Min(chunk.NextOffset, until));
    }

    async Task LookForReplaysAsync(CancellationToken ct)
    {
        var hadWork = HasWork;
        await Replays.LookAsync(ct);
        if (!hadWork && HasWork)
            _firstChangeAt = services.Time.GetTimestamp();
    }

    async ValueTask ReplayAsync(
        RecordChunk chunk, RecordSlot slot, LanePartition partition, TablePasts pasts, CancellationToken ct)
    {
        if (!Devices.IsItsTopic(chunk.Partition.Topic))
            await ApplyChangeAsync(chunk, slot, partition, pasts, ct);
        else if (pasts.IsGathering)
            Devices.LookAhead(chunk, slot);
        else if (await Devices.ApplyAsync(chunk, slot, isAlone: true, ct) == DeviceOutcome.Accepted)
            pasts.Found(Ordering.Verdict.New);
    }

    // Changes go as far as the ends of transactions that are known; they wait for the next one, but not forever.
    void ReleaseTransactions()
    {
        if (!options.WholeTransactions)
            return;
        if (Held.HasWaited(HoldReason.Transaction, TransactionBarrier.EndWaitMax))
            Barrier.Suspend();
        var mayGoOn = Barrier.HasAdvanced || Barrier.IsSuspended;
        Barrier.Limit();
        if (mayGoOn)
            Held.Release(HoldReason.Transaction);
    }

    // The ends of a reading come one a partition: an epoch that has them all shows no half of it.
    bool MustWaitForRereadEnds(TimeSpan interval) =>
        _topics.Orders.Values.Any(static order => order.Reread is not null) && Remaining(interval) > -RereadEndWaitMax;

    async Task<bool> MayCutAsync(CancellationToken ct)
    {
        if (Barrier.ExpectsUnknown)
            await _discovery!.AssignNewAsync(ct, now: true);
        return Barrier.MayCut(EpochBytes);
    }

    // Answers why the record cannot be applied yet; null when it was.
    async ValueTask<HoldReason?> ApplyAsync(
        RecordChunk chunk, RecordSlot slot, LanePartition partition, CancellationToken ct)
    {
        if (Barrier.IsItsTopic(chunk.Partition.Topic))
            return Barrier.TryTake(chunk, slot, partition, _isRepeating) ? null : HoldReason.Epoch;
        if (Devices.IsItsTopic(chunk.Partition.Topic))
        {
            if (!Devices.IsReady && !_isRepeating)
                return HoldReason.Devices;
            await Devices.ApplyAsync(chunk, slot, isAlone: false, ct);
            return null;
        }
        var rejected = _quarantine.Rows.Count;
        var reason = await ApplyChangeAsync(chunk, slot, partition, pasts: null, ct);
        partition.Order.SeenCount += _quarantine.Rows.Count - rejected;
        return reason;
    }

    async ValueTask<HoldReason?> ApplyChangeAsync(
        RecordChunk chunk, RecordSlot slot, LanePartition partition, TablePasts? pasts, CancellationToken ct)
    {
        var topic = chunk.Partition.Topic;
        if (slot.ValueLength < 0 && slot.KeyLength < 0 && RereadEnd.TryRead(chunk, slot, out var end)
            && await Schemas.FindAsync(chunk, slot, ct) is { } read)
            (await TableAsync(topic, read, ct)).EndReread(end, chunk.Partition, slot, partition.Order);
        if (slot.ValueLength < 0 && !IsDeleteOfItsOwn(slot, partition, topic))
            return null;
        if (Math.Max(slot.KeyLength, 0) + (long)slot.ValueLength > options.MessageBytesMax)
        {
            Reject(chunk, slot, QuarantineReason.TooLarge,
                $"{slot.ValueLength} bytes, at most {options.MessageBytesMax} are taken (stream.message_bytes_max)");
            return null;
        }
        var schema = await Schemas.FindAsync(chunk, slot, ct);
        if (schema is null)
            return null;
        var table = await TableAsync(topic, schema, ct);
        if (slot.ValueLength < 0)
        {
            table.ApplyTombstone(chunk, slot, table.Plan(schema), partition.Order);
            return null;
        }
        var outcome = await ApplyAsync(chunk, slot, table, schema, partition, pasts, ct);
        if (outcome == ApplyOutcome.UnknownColumn)
        {
            await _schemas.RefreshAsync(ct);
            var newest = _schemas.Newest(topic);
            if (newest is not null && newest.Version != schema.Version)
                outcome = await ApplyAsync(chunk, slot, table, newest, partition, pasts, ct);
        }
        if (outcome == ApplyOutcome.UnknownColumn)
        {
            table.Reject(chunk, slot, QuarantineReason.Of(Decoding.RejectReason.UnknownColumn),
                "a field that no announced schema has");
        }
        _waitingMove = table.LastMove;
        return outcome switch
        {
            ApplyOutcome.AwaitsOldRow => HoldReason.OldRow,
            ApplyOutcome.AwaitsTransaction => HoldReason.Transaction,
            _ => null,
        };
    }

    async ValueTask<ApplyOutcome> ApplyAsync(
        RecordChunk chunk,
        RecordSlot slot,
        TableStream table,
        TableSchema schema,
        LanePartition partition,
        TablePasts? pasts,
        CancellationToken ct)
    {
        var past = pasts?.Of(table);
        var mayWait = past is null && partition.GivenUpAt != slot.Offset;
        while (true)
        {
            var outcome = table.Apply(chunk, slot, table.Plan(schema), partition.Order, mayWait, past);
            if (outcome == ApplyOutcome.NeedsOldRow)
                await SupplyOldRowAsync(table, partition, ct);
            else if (outcome == ApplyOutcome.NeedsPast && !pasts!.IsGathering)
                await past!.LoadAsync(ct);
            else
                return outcome;
        }
    }

    async Task SupplyOldRowAsync(TableStream table, LanePartition partition, CancellationToken ct)
    {
        var move = table.LastMove;
        var moved = partition.Order.Moved.Rows[move];
        partition.Order.Moved.Supply(
            move, await Lake.HistoryRowAsync(table, moved.Partition, moved.Offset, ct));
    }

    // A tombstone is for Kafka's compaction, and the delete before it has said all. Where a record is missing before
    // it the delete itself was compacted away, and rows without their envelope may have no other deletes.
    bool IsDeleteOfItsOwn(RecordSlot slot, LanePartition partition, string topic) =>
        slot.KeyLength > 0 && slot.Offset - 1 != partition.Gate.DeleteOffset
        && Schemas.FormOf(topic) is { } form && (form == EventForm.Flattened || slot.Offset > partition.Next);

    async ValueTask<TableStream> TableAsync(string topic, TableSchema schema, CancellationToken ct)
    {
        if (!_tables.TryGetValue(topic, out var table))
            // Old connectors send a table whose name is not ASCII under two names of topics.
            table = _tables.Values.FirstOrDefault(known => known.Table == schema.Table);
        if (table is null)
        {
            _tables.Add(topic, table = await Lake.LoadAsync(schema, ct));
            _models?.Attach(table);
        }
        return table;
    }

    void Reject(RecordChunk chunk, in RecordSlot slot, string reason, string detail) =>
        _quarantine.Add(chunk.Partition.Topic, reason, detail, chunk, slot);

    TimeSpan Remaining(TimeSpan interval) => interval - services.Time.GetElapsedTime(_firstChangeAt);

    async Task<TimeSpan> CommitAsync(CancellationToken ct)
    {
        var began = services.Time.GetTimestamp();
        await Replays.ApplyAsync(ct);
        await Windows.TakeAsync(_tables.Values, ct);
        var rejected = _quarantine.Rows.Count;
        var computing = services.Time.GetTimestamp();
        _models?.Run(_committer!.Epoch + 1, clockUs: null, _tables.Values, Devices, ct);
        var computed = services.Time.GetElapsedTime(computing);
        var committing = _committer!.CommitAsync(_tables, Windows.FlushAsync(ct), ct);
        Windows.Close();
        try
        {
            if (Windows.AnyOfDevices)
                await GoOnAsync(committing, ct);
        }
        finally
        {
            await committing;
        }
        _committer.Settle(_tables.Values);
        Windows.Settle();
        _firstChangeAt = services.Time.GetTimestamp();
        _maintenance!.RunIfDue(_committer.Versions.Keys);
        Barrier.Settle();
        Held.Release(HoldReason.Epoch);
        board.Rejected(rejected);
        var took = services.Time.GetElapsedTime(began);
        board.Committed(_committer, Lake, _tables, Devices, took);
        // What models cost follows the changes, and waiting saves little of it.
        var relaxed = computed + (took - computed) * 3;
        return relaxed < options.EpochInterval ? options.EpochInterval
            : relaxed > options.EpochIntervalMax ? options.EpochIntervalMax : relaxed;
    }

    // Windows do not wait for the lake: while it gets an epoch, device messages are taken into the next one. What
    // tables hold is being written, so their changes stay in the log.
    async Task GoOnAsync(Task committing, CancellationToken ct)
    {
        while (!committing.IsCompleted && Devices.ByteCount + _quarantine.Rows.ByteCount < options.EpochBytesMax)
        {
            foreach (var chunk in await _reader.PollAsync(HoldInterval, options.FetchBytesMax, ct))
            {
                if (Devices.IsItsTopic(chunk.Partition.Topic))
                    await ApplyAsync(chunk, ct);
                else if (_topics.Find(chunk.Partition) is { IsHeld: false } waiting)
                    Held.Hold(waiting, HoldReason.Epoch, move: default);
            }
            await Windows.TakeAsync(_tables.Values, ct);
        }
    }
}
