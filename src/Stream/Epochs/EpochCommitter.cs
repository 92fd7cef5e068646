using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Streaming.Devices;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Models;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Epochs;

/// <summary>Brings what a lane has gathered into the lake, all of it or none: intent, tables, manifest.</summary>
/// <remarks>The order is what makes a half-done epoch repeatable: the quarantine, the schema changes and the replays
/// first, then of each table its history before its current rows. Whoever finds the current rows of a table at this
/// epoch knows that all before is done, and whoever does not finds the rows from which the history can be made
/// again. While a commit goes on the lane may apply device messages, and nothing else: they belong to the next epoch,
/// and touch nothing that the commit reads.</remarks>
sealed class EpochCommitter(
    StreamOptions options,
    LaneServices services,
    EpochStore epochs,
    LakeTables lake,
    LaneTopics topics,
    QuarantineBuffer quarantine,
    SchemaHistoryBuffer changes,
    ReplayLedger replays,
    DeviceStreams devices,
    LaneModels? models,
    EpochManifest? last) : IAsyncDisposable
{
    readonly SortedDictionary<string, long> _versions = new(last?.Tables ?? [], StringComparer.Ordinal);
    readonly SortedDictionary<string, string> _positions = new(last?.Positions ?? [], StringComparer.Ordinal);
    readonly HistoryFolding _folding = new(options, services);
    IEventProducer? _producer;
    bool _quarantineTopicMade;

    /// <summary>The newest epoch that is whole; 0 before the first.</summary>
    public long Epoch { get; private set; } = last?.Epoch ?? 0;

    /// <summary>Commit time of the newest change in the lake, microseconds since 1970.</summary>
    public long SourceTimestampUs { get; private set; } = last?.SourceTimestampUs ?? 0;

    /// <summary>When the newest epoch was completed, milliseconds since 1970; 0 before the first.</summary>
    public long CommittedAtMs { get; private set; } = last?.CommittedAtMs ?? 0;

    /// <summary>The version of each lake table, by its folder.</summary>
    public IReadOnlyDictionary<string, long> Versions => _versions;

    /// <summary>Closes the epoch at once, then commits it, beside the caller's work, when the log has what was told of
    /// it. <see cref="Settle"/> must follow.</summary>
    /// <param name="tables">The tables of the lane.</param>
    /// <param name="told">Completes when the log has all results of windows with the epoch's messages.</param>
    /// <param name="ct">Ends it.</param>
    public async Task CommitAsync(
        IReadOnlyDictionary<string, TableStream> tables, Task told, CancellationToken ct)
    {
        Close();
        var changed = topics.All.Where(static partition => partition.ClosedTo > partition.CommittedTo).ToArray();
        var intent = new EpochIntent(
            options.Lane,
            Epoch + 1,
            services.Writer,
            LaneTopics.Tabulate(changed, static partition => partition.CommittedTo),
            LaneTopics.Tabulate(changed, static partition => partition.ClosedTo),
            services.Time.GetUtcNow().ToUnixTimeMilliseconds())
        {
            UnknownDevices = devices.ClosedUnknown.IsEmpty ? null : [.. devices.ClosedUnknown],
            ModelClockUs = models?.ClockUs,
        };
        // Writing takes a processor: the caller goes on with its own.
        await Task.Yield();
        await told;
        if (!await epochs.TryClaimAsync(intent, ct))
            throw new LaneFencedException($"epoch {intent.Epoch} belongs to another worker");
        await WriteAsync(intent, tables, isRepeat: false, ct);
        await FoldHistoryAsync(tables, ct);
    }

    /// <summary>Completes an epoch that an earlier run had begun and whose records were applied again.</summary>
    public async Task FinishAsync(
        EpochIntent intent, IReadOnlyDictionary<string, TableStream> tables, CancellationToken ct)
    {
        Close();
        await WriteAsync(intent, tables, isRepeat: true, ct);
        Settle(tables.Values);
    }

    /// <summary>Takes note that the closed epoch is in the lake.</summary>
    public void Settle(IEnumerable<TableStream> tables)
    {
        Epoch++;
        quarantine.Settle();
        changes.Rows.Clear();
        replays.Settle();
        devices.Settle(_versions);
        foreach (var table in tables)
            table.Settle();
        foreach (var partition in topics.All)
            partition.CommittedTo = partition.ClosedTo;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _producer?.DisposeAsync() ?? ValueTask.CompletedTask;

    async Task WriteAsync(
        EpochIntent intent, IReadOnlyDictionary<string, TableStream> tables, bool isRepeat, CancellationToken ct)
    {
        var began = services.Time.GetTimestamp();
        await CommitQuarantineAsync(intent.Epoch, isRepeat, ct);
        await CommitSchemaHistoryAsync(intent.Epoch, isRepeat, ct);
        await CommitReplaysAsync(intent.Epoch, isRepeat, ct);
        var touched = tables.Where(static pair => pair.Value.IsInEpoch).ToArray();
        var rows = touched.Sum(static pair => (long)pair.Value.History.Rows.Count);
        await Task.WhenAll(touched.Select(pair => CommitTableAsync(pair.Value, intent.Epoch, isRepeat, ct)));
        foreach (var (topic, table) in touched)
        {
            var pair = lake.Pair(table.Table);
            _versions[pair.HistoryRoot] = pair.History.Snapshot.Version;
            _versions[pair.CurrentRoot] = pair.Current.Snapshot.Version;
            _positions[topic] = table.Counters.Position.ToString();
            SourceTimestampUs = Math.Max(SourceTimestampUs, table.Counters.SourceTimestampUs);
        }
        var streams = devices.Closed.Where(static stream => stream.Closed.Count > 0).ToArray();
        await Task.WhenAll(streams.Select(stream => CommitStreamAsync(stream, intent.Epoch, isRepeat, ct)));
        foreach (var stream in streams)
        {
            _versions[stream.Root] = stream.Table.Snapshot.Version;
            rows += stream.Closed.Count;
        }
        if (models is not null)
            await CommitModelsAsync(models, intent.Epoch, isRepeat, ct);
        CommittedAtMs = services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await epochs.CompleteAsync(Manifest(intent.Epoch), ct);
        services.Logger.EpochCommitted(
            options.Lane, intent.Epoch, touched.Length + streams.Length, rows,
            (long)services.Time.GetElapsedTime(began).TotalMilliseconds);
        if (intent.Epoch % 100 == 0)
            await epochs.ForgetBeforeAsync(intent.Epoch - options.ManifestsKept, countMax: 400, ct);
    }

    void Close()
    {
        foreach (var partition in topics.All)
            partition.ClosedTo = partition.Next;
        quarantine.Close();
        devices.Close();
    }

    async Task CommitModelsAsync(LaneModels models, long epoch, bool isRepeat, CancellationToken ct)
    {
        await models.CommitAsync(epoch, isRepeat, ct);
        foreach (var (root, version) in models.Versions)
            _versions[root] = version;
    }

    // One table an epoch: the next one has to wait for it.
    async Task FoldHistoryAsync(IReadOnlyDictionary<string, TableStream> tables, CancellationToken ct)
    {
        var lane = options.Lane.ToString(CultureInfo.InvariantCulture);
        var histories = tables.Values.Select(table => lake.Pair(table.Table))
            .Select(static pair => (Root: pair.HistoryRoot, Table: pair.History))
            .Concat(devices.Closed.Select(static stream => (stream.Root, stream.Table)));
        foreach (var (root, table) in histories)
        {
            if (!await _folding.RunAsync(table, root, lane, ct))
                continue;
            _versions[root] = table.Snapshot.Version;
            return;
        }
    }

    async Task CommitStreamAsync(DeviceStream stream, long epoch, bool isRepeat, CancellationToken ct)
    {
        var transaction = new TransactionId(lake.AppId(stream.Root), epoch);
        if (!isRepeat || !(stream.Table.Snapshot.TransactionVersion(transaction.AppId) >= epoch))
        {
            var writer = new DeviceStreamWriter(stream, options.Lane.ToString(CultureInfo.InvariantCulture));
            await CommitAsync(stream.Root, stream.Table, await writer.WriteAsync(transaction, ct), isRepeat, ct);
        }
    }

    EpochManifest Manifest(long epoch) => new(
        options.Lane,
        epoch,
        _versions,
        LaneTopics.Tabulate(topics.All, static partition => partition.ClosedTo),
        LaneTopics.Tabulate(topics.All, static partition => GateMark.Of(partition.Gate)),
        _positions,
        SourceTimestampUs,
        CommittedAtMs)
    {
        Orders = new(topics.Orders.ToDictionary(static pair => pair.Key, static pair => OrderMark.Of(pair.Value)),
            StringComparer.Ordinal),
        Models = models?.Mark,
    };

    async Task CommitTableAsync(TableStream table, long epoch, bool isRepeat, CancellationToken ct)
    {
        if (table.IsCommitted)
            return;
        var lane = options.Lane.ToString(CultureInfo.InvariantCulture);
        var pair = lake.Pair(table.Table);
        if (table.History.Rows.Count > 0 || table.IsRelaid)
            await CommitHistoryAsync(table, pair, lane, epoch, isRepeat, ct);
        if (table.Current.HasChanges || table.IsRelaid)
        {
            var schema = Changed(pair.Current, table.Layout.Columns);
            var change = await table.Current.WriteAsync(pair.Current, schema, lane, ct);
            await CommitAsync(pair.CurrentRoot, pair.Current, new DeltaCommit
            {
                Adds = change.Adds,
                Removes = change.Removes,
                Changes = change.Changes,
                DataChange = change.ChangesRows,
                Transaction = new TransactionId(lake.AppId(pair.CurrentRoot), epoch),
                Operation = "MERGE",
                NewSchema = schema,
                ReplacesColumns = true,
            }, isRepeat: false, ct);
            table.Current.Confirm(change);
        }
    }

    // A column that became wider takes the whole history with it, in the same commit.
    async Task CommitHistoryAsync(
        TableStream table, LakeTablePair pair, string lane, long epoch, bool isRepeat, CancellationToken ct)
    {
        var appId = lake.AppId(pair.HistoryRoot);
        if (isRepeat && pair.History.Snapshot.TransactionVersion(appId) >= epoch)
            return;
        var schema = Changed(pair.History, table.Layout.Columns);
        var rewritten = schema.IsDefault
            ? new RewrittenFiles([], [])
            : await new HistoryRewrite(services, pair.History, pair.HistoryRoot).RunAsync(schema, lane, ct);
        var adds = rewritten.Adds;
        if (table.History.Rows.Count > 0)
            adds = adds.Add(await pair.History.WriteDataFileAsync(table.History.Rows, null, lane, ct));
        await CommitAsync(pair.HistoryRoot, pair.History, new DeltaCommit
        {
            Adds = adds,
            Removes = rewritten.Removes,
            Transaction = new TransactionId(appId, epoch),
            Operation = "STREAMING UPDATE",
            IsBlindAppend = rewritten.Removes.IsEmpty,
            NewSchema = schema,
            ReplacesColumns = true,
        }, isRepeat, ct);
    }

    async Task CommitQuarantineAsync(long epoch, bool isRepeat, CancellationToken ct)
    {
        if (quarantine.ClosedRows.Count == 0)
        {
            await NameCommittedAsync(LakeTables.QuarantineRoot, epoch, isRepeat, ct);
            return;
        }
        var table = await lake.QuarantineAsync(ct);
        await AppendAsync(LakeTables.QuarantineRoot, table, quarantine.ClosedRows, epoch, isRepeat, ct);
        await ProduceQuarantineAsync(ct);
    }

    async Task CommitSchemaHistoryAsync(long epoch, bool isRepeat, CancellationToken ct)
    {
        if (changes.Rows.Count == 0)
        {
            await NameCommittedAsync(LakeTables.SchemaHistoryRoot, epoch, isRepeat, ct);
            return;
        }
        var table = await lake.SchemaHistoryAsync(ct);
        await AppendAsync(LakeTables.SchemaHistoryRoot, table, changes.Rows, epoch, isRepeat, ct);
    }

    async Task CommitReplaysAsync(long epoch, bool isRepeat, CancellationToken ct)
    {
        if (replays.Rows.Count > 0)
            await AppendAsync(ReplayLedger.Root, await lake.ReplayedAsync(ct), replays.Rows, epoch, isRepeat, ct);
        else
            await NameCommittedAsync(ReplayLedger.Root, epoch, isRepeat, ct);
    }

    // Tables that have the epoch already give no rows again: what its first writer committed is part of it all the
    // same.
    async Task NameCommittedAsync(string root, long epoch, bool isRepeat, CancellationToken ct)
    {
        if (isRepeat && await lake.FindAsync(root, ct) is { } table
            && table.Snapshot.TransactionVersion(lake.AppId(root)) >= epoch)
            _versions[root] = table.Snapshot.Version;
    }

    async Task AppendAsync(
        string root, DeltaTable table, ColumnBatch rows, long epoch, bool isRepeat, CancellationToken ct)
    {
        var lane = options.Lane.ToString(CultureInfo.InvariantCulture);
        var file = await table.WriteDataFileAsync(rows, null, lane, ct);
        await CommitAsync(root, table, new DeltaCommit
        {
            Adds = [file],
            Transaction = new TransactionId(lake.AppId(root), epoch),
            Operation = "STREAMING UPDATE",
            IsBlindAppend = true,
        }, isRepeat, ct);
        _versions[root] = table.Snapshot.Version;
    }

    // At least once: after a crash the topic may hold a record twice, the table does not.
    async Task ProduceQuarantineAsync(CancellationToken ct)
    {
        var topic = TopicNames.Quarantine(options.Prefix);
        if (!_quarantineTopicMade)
            await services.Log.EnsureTopicsAsync([new TopicSpec(topic, 1)], ct);
        _quarantineTopicMade = true;
        _producer ??= services.Log.OpenProducer($"tapline-quarantine-{options.Pipeline}");
        foreach (var (key, value) in quarantine.ClosedRecords)
        {
            // A null array alone would become memory that is empty, but there.
            var content = value is null ? (ReadOnlyMemory<byte>?)null : value;
            await _producer.AppendAsync(new EventRecord(topic, key, content), ct);
        }
        await _producer.FlushAsync(ct);
    }

    /// <summary>The schema of a table that is to have some columns; default when it has them. New ones go to the end,
    /// after the bookkeeping ones: the order of a table's columns never changes.</summary>
    internal static ImmutableArray<ColumnSchema> Changed(DeltaTable table, ImmutableArray<ColumnSchema> columns)
    {
        var known = table.Snapshot.Schema;
        var wanted = columns.ToDictionary(static column => column.Name, StringComparer.Ordinal);
        var changed = known.Select(column => wanted.Remove(column.Name, out var now) ? now : column).ToImmutableArray();
        changed = changed.AddRange(columns.Where(column => wanted.ContainsKey(column.Name)));
        return changed.SequenceEqual(known) ? default : changed;
    }

    /// <summary>Commits, and takes nothing but success for an answer.</summary>
    internal static async Task CommitAsync(
        string root, DeltaTable table, DeltaCommit commit, bool isRepeat, CancellationToken ct)
    {
        switch (await table.CommitAsync(commit, ct))
        {
            case CommitOutcome.Committed:
                return;
            case CommitOutcome.AlreadyCommitted when isRepeat:
                return;
            case CommitOutcome.AlreadyCommitted already:
                throw new LaneFencedException($"{root} has this epoch already, at version {already.Version}");
            case CommitOutcome.Conflict conflict:
                throw new LaneFencedException($"{root} was changed by another writer: {conflict.Reason}");
            case CommitOutcome.Unknown unknown:
                throw new IOException($"the store did not say whether {root} has version {unknown.Version}");
            default:
                throw new UnreachableException();
        }
    }
}
