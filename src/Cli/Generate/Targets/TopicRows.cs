using Microsoft.Extensions.Logging;
using Tapline.Cli.Generate.Business;
using Tapline.Cli.Generate.Rows;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Types;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Targets;

/// <summary>Writes tables' rows and changes to the log's topics, as the source of a database would.</summary>
sealed class TopicRows : IBarTarget
{
    const long FirstLsn = 0x1_6B37_40C8;
    const long LsnStep = 200;
    const long LatencyMs = 250;
    const int FirstTransaction = 740;
    const string Database = "bar";

    readonly TableRegistry _registry;
    readonly IEventProducer _producer;
    readonly SimulatedTime _time = new();
    readonly EnvelopeWriter _writer;
    readonly RowWriter _before = new();
    readonly RowWriter _after = new();
    readonly BarSchema _schema;
    readonly CapturedTable[] _tables = new CapturedTable[BarSchema.All.Length];
    readonly CdcReplays _replays;
    readonly Action<string> _countFault;
    long _lsn = FirstLsn;
    long _transaction = FirstTransaction;

    TopicRows(
        TableRegistry registry, IEventProducer producer, string prefix, GeneratorOptions options, BarSchema schema,
        Action<string> countFault)
    {
        (_registry, _producer, _schema, _countFault) = (registry, producer, schema, countFault);
        _writer = new EnvelopeWriter(prefix, Database, _time);
        _replays = new CdcReplays(
            new Dice(options.Seed, (uint)BarKind.Transport, 0, (uint)BarPurpose.Faults), options.Faults["replays"]);
    }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>Records that were written a second time.</summary>
    public long Replayed { get; private set; }

    /// <summary>Rows that were told again while changes went on.</summary>
    public long Reread { get; private set; }

    /// <summary>Makes the topics and opens them.</summary>
    public static async Task<TopicRows> OpenAsync(
        IEventLog log, string prefix, int partitions, GeneratorOptions options, Action<string> countFault,
        ILogger logger, CancellationToken ct)
    {
        var source = new PostgresSourceOptions
        {
            ConnectionString = "", Prefix = prefix, Partitions = partitions,
            // What is written now has been long ago for a log that removes old records.
            TopicConfiguration = new Dictionary<string, string> { ["retention.ms"] = "-1" },
        };
        var registry = await TableRegistry.OpenAsync(log, source, logger, ct);
        var target = new TopicRows(
            registry, log.OpenProducer("tapline-generate"), prefix, options, BarSchema.Load(), countFault);
        foreach (var table in BarSchema.All)
            await target.CaptureAsync(target._schema.Of(table), table, ct);
        return target;
    }

    /// <inheritdoc/>
    public ValueTask TakeAsync(BarEvent happened, CancellationToken ct) => happened switch
    {
        BarEvent.Commit commit => CommitAsync(commit, ct),
        BarEvent.Snapshot snapshot => SnapshotAsync(snapshot, ct),
        BarEvent.Reread reread => RereadAsync(reread, ct),
        BarEvent.ColumnAdded => AddColumnAsync(ct),
        BarEvent.Restart => ReplayAsync(CdcReplays.CommitsMax, ct),
        _ => default,
    };

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken ct) => _producer.FlushAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _registry.DisposeAsync();
    }

    async ValueTask CommitAsync(BarEvent.Commit commit, CancellationToken ct)
    {
        _time.NowMs = commit.AtMs + LatencyMs;
        var firstLsn = _lsn + LsnStep;
        _lsn += (commit.Changes.Count + 1) * LsnStep;
        _writer.BeginTransaction(_lsn, commit.AtMs * 1000, ++_transaction);
        _replays.Begin();
        for (var i = 0; i < commit.Changes.Count; i++)
            await ChangeAsync(commit.Changes[i], firstLsn + i * LsnStep, ct);
        if (_replays.IsDue(out var commits))
        {
            _countFault("replays");
            await ReplayAsync(commits, ct);
        }
    }

    async ValueTask ChangeAsync(RowChange change, long lsn, CancellationToken ct)
    {
        var table = _tables[(int)change.Row.Table];
        _writer.Clear();
        var before = change.Before is null ? null : _before.Render(change.Before);
        var after = change.After is null ? null : _after.Render(change.After);
        var key = _writer.WriteKey(table, after ?? before!);
        var value = _writer.WriteChange(table, change.Kind, before, after, before, lsn);
        await AppendAsync(Record(table, _writer.Slice(key), _writer.Slice(value)), isKept: true, ct);
        if (change.Kind == ChangeKind.Delete)
            await AppendAsync(Record(table, _writer.Slice(key), null), isKept: true, ct);
    }

    async ValueTask SnapshotAsync(BarEvent.Snapshot snapshot, CancellationToken ct)
    {
        _time.NowMs = snapshot.AtMs;
        _writer.BeginSnapshot(FirstLsn, snapshot.AtMs * 1000, FirstTransaction);
        await ReadAsync(_tables[(int)snapshot.Table], snapshot.Rows, FirstLsn, ct);
    }

    async ValueTask RereadAsync(BarEvent.Reread reread, CancellationToken ct)
    {
        _time.NowMs = reread.AtMs + LatencyMs;
        _lsn += LsnStep;
        _writer.BeginReread(reread.AtMs * 1000);
        await ReadAsync(_tables[(int)reread.Table], reread.Rows, _lsn, ct);
        Reread += reread.Rows.Count;
    }

    async ValueTask ReadAsync(CapturedTable table, IEnumerable<BarRow> rows, long lsn, CancellationToken ct)
    {
        foreach (var row in rows)
        {
            _writer.Clear();
            var text = _after.Render(row);
            var key = _writer.WriteKey(table, text);
            var value = _writer.WriteChange(table, ChangeKind.Read, null, text, null, lsn);
            await AppendAsync(Record(table, _writer.Slice(key), _writer.Slice(value)), isKept: false, ct);
        }
    }

    async ValueTask AddColumnAsync(CancellationToken ct)
    {
        var schema = _schema.Of(BarTable.Accounts);
        await CaptureAsync(schema with { Columns = schema.Columns.Add(BarSchema.AddedColumn) }, BarTable.Accounts, ct);
        (_before.HasAddedColumns, _after.HasAddedColumns) = (true, true);
    }

    async Task CaptureAsync(TableSchema schema, BarTable table, CancellationToken ct) =>
        _tables[(int)table] = await _registry.CaptureAsync(
            schema.Table, new TableDescription(schema.Columns, [.. schema.Columns.Select(static _ => TypeTraits.Base)]),
            ct);

    EventRecord Record(CapturedTable table, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value) =>
        new(table.Topic, key, value) { Headers = table.Headers, TimestampMs = _time.NowMs };

    ValueTask AppendAsync(EventRecord record, bool isKept, CancellationToken ct)
    {
        if (isKept)
            _replays.Keep(record);
        Count++;
        return _producer.AppendAsync(record, ct);
    }

    async ValueTask ReplayAsync(int commits, CancellationToken ct)
    {
        foreach (var record in _replays.Last(commits))
        {
            Count++;
            Replayed++;
            await _producer.AppendAsync(record, ct);
        }
    }
}
