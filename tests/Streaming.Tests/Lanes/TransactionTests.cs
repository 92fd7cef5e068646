using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;
using Tapline.TestKit;
using Tapline.TestKit.Storage;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Invariant 4 for transactions: with <c>transactions: whole</c> no manifest shows half of one.</summary>
public sealed class TransactionTests : IAsyncDisposable
{
    const int Accounts = 8;
    const int Balance = 100;

    static readonly TableSchema[] Tables = [Schema("left"), Schema("right")];

    readonly TemporaryFolder _folder = new("transactions");
    readonly MemoryEventLog _log = new(TimeProvider.System);
    readonly DuckDbDatabase _duck = DuckDbDatabase.Open();
    readonly Dictionary<(string Table, int Id), int> _balances = [];
    readonly List<CancellationTokenSource> _stops = [];
    readonly LocalObjectStore _lake;
    long _lsn = 1000;
    long _commitBefore = 900;

    public TransactionTests() => _lake = new LocalObjectStore(
        _folder.FullPath, new LocalStoreOptions { Durability = Durability.ProcessCrash });

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_manifest_shows_half_of_a_transaction(int seed)
    {
        var random = new Random(seed);
        await AnnounceAsync();
        await SendAsync(random, [.. Opening()]);
        var running = RunWorkerAsync(Stoppable());
        var seen = new SortedSet<long>();
        for (var i = 0; i < 120; i++)
        {
            await SendAsync(random, [.. Transfers(random)]);
            if (i % 40 == 20)
            {
                // Killed, and another goes on.
                await _stops[^1].CancelAsync();
                await running;
                await CheckAsync(seen);
                running = RunWorkerAsync(Stoppable());
            }
            // However slow the worker is: it has to show something between the first transaction and the last.
            if (i % 15 == 10)
                await EpochAfterAsync(seen.Max);
            if (i % 5 == 0)
                await CheckAsync(seen);
        }
        while (!await HasAllAsync())
            await Task.Delay(20, Ct);
        await CheckAsync(seen);
        await _stops[^1].CancelAsync();
        await running;
        Assert.InRange(seen.Count, 5, int.MaxValue);
    }

    [Fact]
    public async Task Changes_whose_end_has_not_come_are_not_shown()
    {
        var random = new Random(5);
        await AnnounceAsync();
        await SendAsync(random, [.. Opening()]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = RunWorkerAsync(stop.Token);
        while (!await HasAllAsync())
            await Task.Delay(20, Ct);
        var end = await SendAsync(random, [("left", 1, 0)], withEnd: false);
        await Task.Delay(300, Ct);
        Assert.Equal(Balance, await BalanceAsync("left", 1));
        await _log.OpenProducer("test").AppendAsync(end, Ct);
        while (await BalanceAsync("left", 1) != 0)
            await Task.Delay(20, Ct);
        await stop.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stop in _stops)
            stop.Dispose();
        _duck.Dispose();
        await _log.DisposeAsync();
        _folder.Dispose();
    }

    CancellationToken Stoppable()
    {
        _stops.Add(CancellationTokenSource.CreateLinkedTokenSource(Ct));
        return _stops[^1].Token;
    }

    static TableSchema Schema(string name) => new(
        new TableId("app", name),
        1,
        [
            PostgresTypes.Column("id", "integer", nullable: false, keyOrdinal: 0),
            PostgresTypes.Column("balance", "integer"),
        ],
        WireFormat.Tapline);

    static string Topic(string table) => $"bank.app.{table}";

    static IEnumerable<(string Table, int Id, int Balance)> Opening() =>
        from table in Tables
        from id in Enumerable.Range(0, Accounts)
        select (table.Table.Name, id, Balance);

    // Some from one table to the other: the sum over both stays.
    IEnumerable<(string Table, int Id, int Balance)> Transfers(Random random)
    {
        var changed = new Dictionary<(string Table, int Id), int>();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var amount = random.Next(1, 20);
            var (from, to) = (("left", random.Next(Accounts)), ("right", random.Next(Accounts)));
            changed[from] = changed.GetValueOrDefault(from, _balances[from]) - amount;
            changed[to] = changed.GetValueOrDefault(to, _balances[to]) + amount;
        }
        return changed.Select(static change => (change.Key.Table, change.Key.Id, change.Value));
    }

    async Task AnnounceAsync()
    {
        var schemas = TopicNames.Schemas("bank");
        await _log.EnsureTopicsAsync(
            [
                new TopicSpec(schemas, 1), new TopicSpec("bank.transaction", 1),
                .. Tables.Select(static table => new TopicSpec(Topic(table.Table.Name), 2)),
            ],
            Ct);
        foreach (var table in Tables)
        {
            await _log.OpenProducer("test").AppendAsync(
                new EventRecord(schemas, SchemaRecord.Key(table), SchemaRecord.Value(table)), Ct);
        }
    }

    // The partitions' records and the end reach the log in any order, with pauses: only each partition has its own.
    async Task<EventRecord> SendAsync(
        Random random, (string Table, int Id, int Balance)[] changes, bool withEnd = true)
    {
        var records = new List<EventRecord>();
        foreach (var (table, id, balance) in changes)
        {
            _lsn += 10;
            var op = _balances.ContainsKey((table, id)) ? 'u' : 'c';
            _balances[(table, id)] = balance;
            records.Add(new EventRecord(Topic(table), Utf8($$"""{"id":{{id}}}"""), Utf8($$"""
                {"before":null,"after":{"id":{{id}},"balance":{{balance}}},
                 "source":{"snapshot":"false","sequence":"[\"{{_commitBefore}}\",\"{{_lsn}}\"]","ts_us":1,"txId":7,
                           "lsn":{{_lsn}}},
                 "op":"{{op}}","ts_ms":1}
                """)) { Partition = id % 2 });
        }
        _commitBefore = _lsn += 10;
        var counts = string.Join(',', changes.GroupBy(static change => change.Table).Select(static table =>
            $$"""{"data_collection":"app.{{table.Key}}","event_count":{{table.Count()}}}"""));
        var end = new EventRecord("bank.transaction", Utf8("{}"), Utf8(
            $$"""
            {"status":"END","id":"7:{{_lsn}}","event_count":{{changes.Length}},
             "data_collections":[{{counts}}],"ts_ms":1}
            """));
        var waiting = records.GroupBy(static record => (record.Topic, record.Partition))
            .Select(static partition => new Queue<EventRecord>(partition)).ToList();
        if (withEnd)
            waiting.Add(new Queue<EventRecord>([end]));
        while (waiting.Count > 0)
        {
            var next = waiting[random.Next(waiting.Count)];
            await _log.OpenProducer("test").AppendAsync(next.Dequeue(), Ct);
            if (next.Count == 0)
                waiting.Remove(next);
            if (random.Next(4) == 0)
                await Task.Delay(2, Ct);
        }
        return end;
    }

    Task RunWorkerAsync(CancellationToken ct) => new StreamWorker(
        new StreamOptions
        {
            Pipeline = "test",
            Prefix = "bank",
            WholeTransactions = true,
            EpochInterval = TimeSpan.FromMilliseconds(1),
            DiscoveryInterval = TimeSpan.FromMilliseconds(20),
            FetchBytesMax = 1_000,
        },
        _log, _lake, _duck, TimeProvider.System, Guid.NewGuid, NullLoggerFactory.Instance).RunAsync(ct);

    async Task CheckAsync(SortedSet<long> seen)
    {
        var (manifest, _) = await new EpochStore(_lake, 0).ReadAsync(Ct);
        if (manifest is null || !seen.Add(manifest.Epoch) || !manifest.Tables.ContainsKey("current/app.left"))
            return;
        var sum = 0L;
        foreach (var table in Tables)
            sum += await SumAsync(manifest, $"current/{table.Table}", "sum(balance)", "");
        Assert.Equal(2 * Accounts * Balance, sum);
    }

    async Task EpochAfterAsync(long epoch)
    {
        while ((await new EpochStore(_lake, 0).ReadAsync(Ct)).Manifest is not { } manifest || manifest.Epoch <= epoch)
            await Task.Delay(20, Ct);
    }

    async Task<long> BalanceAsync(string table, int id)
    {
        var (manifest, _) = await new EpochStore(_lake, 0).ReadAsync(Ct);
        return await SumAsync(manifest!, $"current/app.{table}", "sum(balance)", $"WHERE id = {id}");
    }

    async Task<long> SumAsync(EpochManifest manifest, string root, string what, string where) =>
        long.Parse((await TableQuery.RunAsync(_lake, root, manifest.Tables[root], what, Ct, where)).Single()[0]!);

    async Task<bool> HasAllAsync()
    {
        var (manifest, _) = await new EpochStore(_lake, 0).ReadAsync(Ct);
        foreach (var table in Tables)
        {
            for (var partition = 0; partition < 2; partition++)
            {
                var topic = Topic(table.Table.Name);
                var end = (await _log.OffsetsAsync(new TopicPartition(topic, partition), Ct)).End;
                if ((manifest?.Offsets.GetValueOrDefault(topic)?.GetValueOrDefault(partition) ?? 0) < end)
                    return false;
            }
        }
        return true;
    }

    static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
