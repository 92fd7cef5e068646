using System.Globalization;
using Npgsql;
using Tapline.Contracts;
using Tapline.Ingest.Postgres;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class RereadTests(PostgresServers servers)
{
    const string Items =
        """
        CREATE TABLE items (kind text COLLATE "C", id int, n int NOT NULL, note text, PRIMARY KEY (kind, id));
        INSERT INTO items SELECT E'k''\\' || i % 3, i, 0, 'note' FROM generate_series(1, 2000) i;
        CREATE TABLE keyless (x int); ALTER TABLE keyless REPLICA IDENTITY FULL;
        """;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task A_table_is_read_again_while_it_changes_and_the_newest_row_is_the_last(string server)
    {
        await using var capture = await StartAsync(server, rereadRows: 100);
        await ExecuteSnapshotAsync(capture, ["public.items"]);
        var random = new Random(20_26);
        await using (var connection = new NpgsqlConnection(capture.Options.ConnectionString))
        {
            await connection.OpenAsync(Ct);
            while ((await RereadAsync(capture)).Count < 1500)
                await ChangeAsync(connection, random);
        }
        await EndAsync(capture);
        await capture.CatchUpAsync();

        var rereads = await RereadAsync(capture);
        Assert.Equal(rereads.Count, rereads.Select(static r => r.Key).Distinct().Count());
        var source = rereads[0].Value!["source"]!;
        Assert.Equal("incremental", (string)source["snapshot"]!);
        Assert.Null(source["lsn"]);
        Assert.Null(source["txId"]);
        Assert.Null(rereads[0].Value!["transaction"]);
        await Replay.AssertEqualsSourceAsync(capture, "public.items");
    }

    [Fact]
    public async Task Reading_goes_on_after_a_crash_with_the_piece_it_was_at()
    {
        await using var capture = await StartAsync("embedded", rereadRows: 100);
        await ExecuteSnapshotAsync(capture, ["public.items"]);
        await capture.StopAsync();
        foreach (var recordsMax in (int[])[250, 430])
        {
            await capture.WaitUntilReleasedAsync();
            await using var crashed = new Capture(
                capture.Options.ConnectionString, new CrashingLog(capture.Log, recordsMax))
            {
                Options = capture.Options,
                OwnsSlot = false,
            };
            await crashed.FailAsync<CrashException>();
        }
        capture.Start();
        await EndAsync(capture);

        var keys = (await RereadAsync(capture)).Select(static r => r.Key).ToList();
        Assert.Equal(2000, keys.Distinct().Count());
        // What was in the log before each crash and not noted there: less than two pieces of 20.
        Assert.InRange(keys.Count, 2000, 2000 + 2 * 2 * 100);
        await Replay.AssertEqualsSourceAsync(capture, "public.items");
    }

    [Fact]
    public async Task A_condition_limits_the_rows_and_nothing_is_said_of_the_others()
    {
        await using var capture = await StartAsync("embedded", rereadRows: 100);
        await ExecuteSnapshotAsync(capture, ["public.items"], "id <= 250");
        await capture.WaitAsync(async () => (await RereadAsync(capture)).Count >= 250);
        await capture.CatchUpAsync();
        Assert.Equal(250, (await RereadAsync(capture)).Count);
        Assert.Equal(0, await EndsAsync(capture));
    }

    [Fact]
    public async Task Reading_rests_goes_on_and_stops_as_told()
    {
        await using var capture = await StartAsync("embedded", rereadRows: 50);
        await PostgresSignals.PauseSnapshotAsync(capture.Options, Guid.NewGuid(), Ct);
        await ExecuteSnapshotAsync(capture, ["public.items"]);
        await capture.CatchUpAsync();
        Assert.Empty(await RereadAsync(capture));
        await PostgresSignals.ResumeSnapshotAsync(capture.Options, Guid.NewGuid(), Ct);
        await capture.WaitAsync(async () => (await RereadAsync(capture)).Count > 0);
        await PostgresSignals.StopSnapshotAsync(capture.Options, Guid.NewGuid(), ["public.items"], Ct);
        await capture.CatchUpAsync();
        await capture.StopAsync();
        var count = (await RereadAsync(capture)).Count;
        capture.Start();
        await capture.CatchUpAsync();
        Assert.Equal(count, (await RereadAsync(capture)).Count);
        Assert.Empty(await capture.RecordsAsync("tapline.signals"));
    }

    [Fact]
    public async Task What_cannot_be_read_again_is_refused_with_the_reason()
    {
        await using var capture = await StartAsync("embedded", rereadRows: 50);
        var keyless = await Assert.ThrowsAsync<TaplineException>(
            () => ExecuteSnapshotAsync(capture, ["public.keyless"]));
        Assert.Contains("no primary key", keyless.Message);
        var absent = await Assert.ThrowsAsync<TaplineException>(
            () => ExecuteSnapshotAsync(capture, ["public.absent"]));
        Assert.Contains("no captured table is named public.absent", absent.Message);
        // What others insert is not checked before; the next signal is heard all the same.
        await capture.ExecuteAsync(
            """
            INSERT INTO tapline.signals VALUES ('1', 'execute-snapshot', '{"data-collections": ["public.keyless"]}'),
              ('2', 'dance', NULL), ('3', 'execute-snapshot', 'no json'),
              ('4', 'execute-snapshot', '{"data-collections": ["public.items"], "type": "blocking"}')
            """);
        await ExecuteSnapshotAsync(capture, ["public.items"], "there is no such column = 1");
        await ExecuteSnapshotAsync(capture, ["public.items"]);
        await EndAsync(capture);
        Assert.Equal(2000, (await RereadAsync(capture)).Count);
    }

    [Fact]
    public async Task Without_a_signal_table_the_statement_is_told()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Items);
        capture.Start();
        await capture.CatchUpAsync();
        var failure = await Assert.ThrowsAsync<TaplineException>(
            () => ExecuteSnapshotAsync(capture, ["public.items"]));
        await capture.ExecuteAsync(failure.Hint!["Run ".Length..]);
        await ExecuteSnapshotAsync(capture, ["public.items"]);
        await EndAsync(capture);
        Assert.Equal(2000, (await RereadAsync(capture)).Count);
    }

    async Task<Capture> StartAsync(string server, int rereadRows)
    {
        var capture = await Capture.CreateAsync(servers, server, Items);
        var preparation = PostgresSignals.Preparation(capture.Options);
        await capture.ExecuteAsync(preparation[..preparation.IndexOf("ALTER PUBLICATION", StringComparison.Ordinal)]);
        capture.Options = capture.Options with
        {
            RereadRows = rereadRows,
            WritesTransactions = true,
            Tables = ["public.*"],
        };
        capture.Start();
        await capture.CatchUpAsync();
        return capture;
    }

    static Task ExecuteSnapshotAsync(Capture capture, string[] tables, string? filter = null) =>
        PostgresSignals.ExecuteSnapshotAsync(capture.Options, Guid.NewGuid(), tables, filter, Ct);

    static async Task<List<LogRecord>> RereadAsync(Capture capture) =>
        [.. (await capture.RecordsAsync("public.items")).Where(static r =>
            (string?)r.Value?["source"]!["snapshot"] == "incremental")];

    static async Task<int> EndsAsync(Capture capture) =>
        (await capture.RecordsAsync("public.items")).Count(static r => r.Key is null && r.Value is null);

    static Task EndAsync(Capture capture) => capture.WaitAsync(async () => await EndsAsync(capture) > 0);

    static async Task ChangeAsync(NpgsqlConnection connection, Random random)
    {
        var id = random.Next(1, 2100).ToString(CultureInfo.InvariantCulture);
        await using var command = new NpgsqlCommand(
            random.Next(4) switch
            {
                0 => $"DELETE FROM items WHERE id = {id}",
                1 => $"INSERT INTO items VALUES ('new', {id}, 1, 'new') ON CONFLICT DO NOTHING",
                2 => $"UPDATE items SET kind = 'moved' WHERE id = {id}",
                _ => $"UPDATE items SET n = n + 1 WHERE id BETWEEN {id} AND {id} + 20",
            },
            connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
