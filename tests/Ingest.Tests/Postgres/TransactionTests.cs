using System.Text.Json.Nodes;
using Tapline.Contracts.Log;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class TransactionTests(PostgresServers servers)
{
    const string Tables =
        "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY);"
        + "CREATE TABLE other (id int PRIMARY KEY); INSERT INTO a VALUES (1, 1)";

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task Each_transaction_has_its_begin_its_end_and_its_counts(string server)
    {
        await using var capture = await StartAsync(server);
        await capture.ExecuteAsync(
            "INSERT INTO other VALUES (1); UPDATE a SET n = 2; INSERT INTO b VALUES (1), (2); UPDATE a SET id = 2");
        await capture.ExecuteAsync("INSERT INTO other VALUES (2)");
        await capture.ExecuteAsync("BEGIN; INSERT INTO a VALUES (9, 9); ROLLBACK");
        await capture.ExecuteAsync("TRUNCATE a, b");
        await capture.CatchUpAsync();

        var markers = await MarkersAsync(capture);
        Assert.Equal(["BEGIN", "END", "BEGIN", "END"], markers.Select(static m => (string)m.Value!["status"]!));
        var (begin, end) = (markers[0].Value!, markers[1].Value!);
        Assert.Equal(
            ["status", "id", "event_count", "data_collections", "ts_ms"],
            begin.AsObject().Select(static field => field.Key));
        Assert.Null(begin["event_count"]);
        Assert.Null(begin["data_collections"]);
        Assert.Equal(5, (int)end["event_count"]!);
        Assert.Equal(
            """[{"data_collection":"public.a","event_count":3},{"data_collection":"public.b","event_count":2}]""",
            end["data_collections"]!.ToJsonString());
        Assert.Equal($$"""{"id":"{{begin["id"]}}"}""", markers[0].Key);

        var a = (await capture.RecordsAsync("public.a")).Where(static r => r.Value is not null).ToList();
        Assert.Null(a.Single(static r => r.Op == "r").Value!["transaction"]);
        var first = a.Single(static r => r.Op == "u");
        Assert.Equal((long)begin["ts_ms"]!, (long)first.Value!["source"]!["ts_ms"]!);
        Assert.Equal((string)begin["id"]!, Block(first).Id);
        Assert.Equal(
            [("c", 5, 3), ("d", 4, 2), ("t", 1, 1), ("t", 1, 1), ("u", 1, 1)],
            a.Where(static r => r.Op != "r").Select(static r => (r.Op, Block(r).Total, Block(r).Table)).Order());
        var b = await capture.RecordsAsync("public.b");
        Assert.Equal(
            [("c", 2, 1), ("c", 3, 2), ("t", 2, 1), ("t", 2, 1)],
            b.Select(static r => (r.Op, Block(r).Total, Block(r).Table)).Order());
        Assert.All(b, static r => Assert.StartsWith($"{r.Value!["source"]!["txId"]}:", Block(r).Id));
        Assert.True(Lsn(begin) < Lsn(end));
    }

    [Fact]
    public async Task A_transaction_sent_again_has_the_same_ids_and_counts()
    {
        await using var capture = await StartAsync("embedded");
        await capture.StopAsync();
        await capture.WaitUntilReleasedAsync();
        await capture.ExecuteAsync("INSERT INTO a SELECT i, i FROM generate_series(10, 29) i");
        var crashing = new CrashingLog(capture.Log, 12);
        await using (var crashed = new Capture(capture.Options.ConnectionString, crashing)
        {
            Options = capture.Options,
            OwnsSlot = false,
        })
        {
            await crashed.FailAsync<CrashException>();
        }
        capture.Start();
        await capture.CatchUpAsync();

        var rows = (await capture.RecordsAsync("public.a")).Where(static r => r.Op == "c").ToList();
        Assert.Equal(31, rows.Count);
        foreach (var same in rows.GroupBy(static r => r.Key))
            Assert.Single(same.Select(static r => r.Value!["transaction"]!.ToJsonString()).Distinct());
        var markers = await MarkersAsync(capture);
        Assert.Equal(["BEGIN", "BEGIN", "END"], markers.Select(static m => (string)m.Value!["status"]!));
        Assert.Equal(markers[0].Value!.ToJsonString(), markers[1].Value!.ToJsonString());
        Assert.Equal(20, (int)markers[2].Value!["event_count"]!);
    }

    async Task<Capture> StartAsync(string server)
    {
        var capture = await Capture.CreateAsync(servers, server, Tables);
        capture.Options = capture.Options with
        {
            WritesTransactions = true,
            Partitions = 2,
            Tables = ["public.a", "public.b"],
        };
        capture.Start();
        await capture.CatchUpAsync();
        return capture;
    }

    static Task<List<LogRecord>> MarkersAsync(Capture capture) => LogRecord.ReadAsync(
        capture.Log, TopicNames.Transactions(Capture.Prefix), TestContext.Current.CancellationToken);

    static (string Id, int Total, int Table) Block(LogRecord record)
    {
        var block = record.Value!["transaction"]!;
        return ((string)block["id"]!, (int)block["total_order"]!, (int)block["data_collection_order"]!);
    }

    static long Lsn(JsonNode marker) => long.Parse(((string)marker["id"]!).Split(':')[1]);
}
