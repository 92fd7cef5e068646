using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;
using Tapline.TestKit;
using Tapline.TestKit.Storage;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>A log with several tables and a lake, for workers that share them; knows what the lake should
/// hold.</summary>
sealed class SeveralTables : IAsyncDisposable
{
    public const string Prefix = "shop";
    public const int Count = 6;

    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder _folder = new("lanes");
    readonly DuckDbDatabase _duck = DuckDbDatabase.Open();
    readonly TableSchema[] _schemas = [.. Enumerable.Range(0, Count).Select(Schema)];
    readonly Dictionary<string, SortedDictionary<int, string>> _rows = [];
    readonly Dictionary<string, int> _changes = [];
    long _lsn = 1000;

    public SeveralTables(int lanes = 2)
    {
        Lake = new LocalObjectStore(
            _folder.FullPath, new LocalStoreOptions { Durability = Durability.ProcessCrash });
        Options = new StreamOptions
        {
            Pipeline = "test",
            Prefix = Prefix,
            Lanes = lanes,
            EpochInterval = TimeSpan.FromMilliseconds(1),
            EpochIntervalMax = TimeSpan.FromMilliseconds(1),
            DiscoveryInterval = TimeSpan.FromMilliseconds(20),
            FetchBytesMax = 2_000,
        };
    }

    public MemoryEventLog Log { get; } = new(TimeProvider.System);

    public IObjectStore Lake { get; }

    /// <summary>How the next worker works.</summary>
    public StreamOptions Options { get; set; }

    /// <summary>The rows that a table should have.</summary>
    public IReadOnlyDictionary<int, string> Rows(int table) => _rows[_schemas[table].Table.ToString()];

    public static string Topic(int table) => TopicNames.Data(Prefix, Schema(table).Table);

    public async Task AnnounceAsync(CancellationToken ct)
    {
        await Log.EnsureTopicsAsync([new TopicSpec(TopicNames.Schemas(Prefix), 1)], ct);
        foreach (var schema in _schemas)
        {
            _rows[schema.Table.ToString()] = [];
            _changes[schema.Table.ToString()] = 0;
            await Log.EnsureTopicsAsync([new TopicSpec(TopicNames.Data(Prefix, schema.Table), 1)], ct);
            await SendAsync(
                new EventRecord(TopicNames.Schemas(Prefix), SchemaRecord.Key(schema), SchemaRecord.Value(schema)), ct);
        }
    }

    public async Task PutAsync(int table, int id, string body, CancellationToken ct)
    {
        var schema = _schemas[table];
        var rows = _rows[schema.Table.ToString()];
        var op = rows.ContainsKey(id) ? 'u' : 'c';
        rows[id] = body;
        _changes[schema.Table.ToString()]++;
        _lsn += 10;
        var value = $$"""
            {"before":null,"after":{"id":{{id}},"body":"{{body}}"},
             "source":{"ts_ms":5,"snapshot":"false","db":"shop","sequence":"[\"{{_lsn}}\",\"{{_lsn}}\"]",
                       "ts_us":5000,"schema":"app","table":"{{schema.Table.Name}}","txId":{{_lsn}},"lsn":{{_lsn}}},
             "transaction":null,"op":"{{op}}","ts_ms":6}
            """;
        await SendAsync(
            new EventRecord(Topic(table), Key(id), Encoding.UTF8.GetBytes(value))
            {
                Headers = [new EventHeader(TopicNames.SchemaHeader, "1"u8.ToArray())],
            },
            ct);
    }

    /// <summary>Sends a record that is no change.</summary>
    public Task PoisonAsync(int table, CancellationToken ct) =>
        SendAsync(new EventRecord(Topic(table), Key(0), "{"u8.ToArray()), ct);

    /// <summary>Sends a record of a table back from quarantine.</summary>
    public async Task ReplayAsync(int table, long offset, CancellationToken ct)
    {
        var topic = TopicNames.Replays(Prefix);
        await Log.EnsureTopicsAsync([new TopicSpec(topic, 1)], ct);
        var mark = new ReplayMark(new TopicPartition(Topic(table), 0), offset, TimestampMs: 1, Attempt: 1);
        await SendAsync(
            new EventRecord(topic, Key(0), "{"u8.ToArray())
            {
                Headers = [new EventHeader(ReplayMark.Header, Encoding.UTF8.GetBytes(mark.ToString()))],
            },
            ct);
    }

    public StreamWorker Worker(ILaneOwnership? ownership = null, IObjectStore? store = null) => new(
        Options, Log, store ?? Lake, _duck, TimeProvider.System, Guid.NewGuid, NullLoggerFactory.Instance, ownership);

    /// <summary>Waits until the lake has all of the log; fails where a worker ends before.</summary>
    public async Task CatchUpAsync(CancellationToken ct, params Task[] workers)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !await IsCaughtUpAsync(ct);)
        {
            foreach (var ended in workers.Where(static worker => worker.IsCompleted))
                await ended;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < WaitMax, "the lake does not catch up");
            await Task.Delay(10, ct);
        }
    }

    /// <summary>Compares every table with what was sent: each row as it is now, each change once.</summary>
    public async Task AssertEqualAsync(CancellationToken ct)
    {
        for (var table = 0; table < Count; table++)
        {
            var name = _schemas[table].Table.ToString();
            if (_changes[name] == 0)
                continue;
            var current = await QueryAsync($"current/{name}", "id, body", ct, "ORDER BY id");
            Assert.Equal(_rows[name].Select(static row => new[] { $"{row.Key}", row.Value }), current);
            Assert.Equal(
                [[$"{_changes[name]}", $"{_changes[name]}"]],
                await QueryAsync($"history/{name}", "count(*), count(DISTINCT _lsn)", ct));
        }
    }

    public Task<LakeProgress> ProgressAsync(CancellationToken ct) => LakeProgress.ReadAsync(Lake, ct);

    /// <summary>The highest version of a table that a manifest names.</summary>
    public async Task<long> VersionAsync(string root, CancellationToken ct) =>
        (await ProgressAsync(ct)).Lanes.Max(lane => lane.Manifest?.Tables.GetValueOrDefault(root) ?? 0);

    public async Task<List<string?[]>> QueryAsync(
        string root, string columns, CancellationToken ct, string tail = "") =>
        await TableQuery.RunAsync(Lake, root, await VersionAsync(root, ct), columns, ct, tail);

    public async ValueTask DisposeAsync()
    {
        _duck.Dispose();
        await Log.DisposeAsync();
        _folder.Dispose();
    }

    async Task<bool> IsCaughtUpAsync(CancellationToken ct)
    {
        var progress = await ProgressAsync(ct);
        if (progress.HasOpen)
            return false;
        for (var table = 0; table < Count; table++)
        {
            var partition = new TopicPartition(Topic(table), 0);
            if (progress.Offset(partition) < (await Log.OffsetsAsync(partition, ct)).End)
                return false;
        }
        var replays = new TopicPartition(TopicNames.Replays(Prefix), 0);
        return (await Log.ListTopicsAsync(ct)).All(topic => topic.Name != replays.Topic)
            || progress.Lanes.All(lane => lane.Manifest!.Offsets.ContainsKey(replays.Topic))
            && progress.Offset(replays) == (await Log.OffsetsAsync(replays, ct)).End;
    }

    Task SendAsync(EventRecord record, CancellationToken ct) =>
        Log.OpenProducer("world").AppendAsync(record, ct).AsTask();

    static byte[] Key(int id) => Encoding.UTF8.GetBytes($$"""{"id":{{id}}}""");

    static TableSchema Schema(int table) => new(
        new TableId("app", $"t{table}"),
        1,
        [PostgresTypes.Column("id", "integer", nullable: false, keyOrdinal: 0), PostgresTypes.Column("body", "text")],
        WireFormat.Tapline);
}
