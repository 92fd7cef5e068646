using Npgsql;
using Tapline.Contracts;
using Tapline.Ingest.Postgres;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class SlotTests(PostgresServers servers)
{
    const string Table =
        "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1); "
        + "CREATE TABLE elsewhere (x text); ALTER TABLE elsewhere REPLICA IDENTITY FULL";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_slot_moves_with_what_other_tables_write()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Table);
        capture.Options = capture.Options with { Tables = ["public.t"] };
        capture.Start();
        await capture.CatchUpAsync();
        await capture.ExecuteAsync("INSERT INTO elsewhere SELECT repeat('x', 1000) FROM generate_series(1, 5000)");
        await capture.CatchUpAsync();
        Assert.Single(await capture.RecordsAsync("public.t"));
        Assert.Empty(await capture.RecordsAsync("public.elsewhere"));
    }

    [Fact]
    public async Task A_dropped_slot_is_reported_and_not_made_again()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Table);
        capture.Start();
        await capture.CatchUpAsync();
        await capture.StopAsync();
        await capture.WaitUntilReleasedAsync();
        await capture.ExecuteAsync($"SELECT pg_drop_replication_slot('{capture.Options.SlotName}')");
        var failure = await capture.FailAsync<TaplineException>();
        Assert.Contains("does not exist any more", failure.Message);
        Assert.Contains("pg_drop_replication_slot", failure.Hint);
    }

    [Fact]
    public async Task A_slot_that_another_process_reads_is_reported()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Table);
        capture.Start();
        await capture.CatchUpAsync();
        await using var second = new Capture(capture.Options.ConnectionString, capture.Log)
        {
            Options = capture.Options,
            OwnsSlot = false,
        };
        var failure = await second.FailAsync<TaplineException>();
        Assert.Contains("read by another process", failure.Message);
    }

    [Fact]
    public async Task A_slot_that_this_source_did_not_make_is_left_alone()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Table);
        await capture.ExecuteAsync(
            $"SELECT pg_create_logical_replication_slot('{capture.Options.SlotName}', 'pgoutput')");
        var failure = await capture.FailAsync<TaplineException>();
        Assert.Contains("knows nothing", failure.Message);
    }

    [Fact]
    public async Task A_table_that_joins_the_publication_later_is_copied_by_the_next_start()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Table);
        capture.Start();
        await capture.CatchUpAsync();
        await capture.StopAsync();
        await capture.ExecuteAsync(
            "CREATE TABLE late (id int PRIMARY KEY); INSERT INTO late VALUES (1), (2);"
            + "ALTER PUBLICATION tapline ADD TABLE late; INSERT INTO late VALUES (3)");
        capture.Start();
        await capture.CatchUpAsync();
        var late = await capture.RecordsAsync("public.late");
        Assert.Equal(3, late.Count(static r => r.Op == "r"));
        Assert.Single(await capture.RecordsAsync("public.t"));
        await Replay.AssertEqualsSourceAsync(capture, "public.late");
    }

    [Fact]
    public async Task A_resync_copies_everything_again()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Table);
        capture.Start();
        await capture.CatchUpAsync();
        await capture.StopAsync();
        await capture.WaitUntilReleasedAsync();
        await PostgresSource.ResyncAsync(capture.Options, capture.Log, Ct);
        capture.Start();
        await capture.CatchUpAsync();
        Assert.Equal(["r", "r"], (await capture.RecordsAsync("public.t")).Select(static r => r.Op));
    }

    [Fact]
    public async Task A_lost_slot_is_reported()
    {
        Assert.SkipUnless(PostgresInstallation.Embedded.Exists, "the embedded PostgreSQL is not installed");
        await using var server = await PostgresServer.StartAsync(
            PostgresInstallation.Embedded,
            ["wal_level = logical", "max_slot_wal_keep_size = 1MB", "max_wal_size = 32MB", "min_wal_size = 32MB"],
            Ct);
        await using var capture = new Capture(server.ConnectionString());
        await capture.ExecuteAsync(Table);
        capture.Start();
        await capture.CatchUpAsync();
        await capture.StopAsync();
        for (var i = 0; i < 4; i++)
        {
            await capture.ExecuteAsync("INSERT INTO elsewhere SELECT repeat('x', 1000) FROM generate_series(1, 20000)");
            await capture.ExecuteAsync("SELECT pg_switch_wal()");
            await capture.ExecuteAsync("CHECKPOINT");
        }
        var failure = await capture.FailAsync<TaplineException>();
        Assert.Contains("is lost", failure.Message);
    }

    [Fact]
    public async Task What_is_wrong_with_a_database_is_told_all_at_once()
    {
        Assert.SkipUnless(PostgresInstallation.Embedded.Exists, "the embedded PostgreSQL is not installed");
        await using var server = await PostgresServer.StartAsync(
            PostgresInstallation.Embedded, ["wal_level = replica"], Ct);
        await using var capture = new Capture(server.ConnectionString());
        await capture.ExecuteAsync(
            """
            CREATE TABLE keyless (x int);
            CREATE TABLE silent (id int PRIMARY KEY); ALTER TABLE silent REPLICA IDENTITY NOTHING;
            CREATE ROLE reader LOGIN;
            """);
        var options = capture.Options with
        {
            ConnectionString = capture.Options.ConnectionString.Replace("Username=postgres", "Username=reader"),
            Tables = ["public.*", "absent.table"],
        };
        var report = await PostgresPreflight.CheckAsync(options, Ct);
        var told = report.Problems.Select(static p => $"{p.Message} => {p.Hint}").ToList();
        Assert.Contains(told, static p => p.Contains("wal_level is replica"));
        Assert.Contains(told, static p => p.Contains("ALTER ROLE \"reader\" REPLICATION;"));
        Assert.Contains(told, static p => p.Contains("ALTER TABLE \"public\".\"keyless\" REPLICA IDENTITY FULL;"));
        Assert.Contains(told, static p => p.Contains("ALTER TABLE \"public\".\"silent\" REPLICA IDENTITY DEFAULT;"));
        Assert.Contains(told, static p => p.Contains("no table matches absent.table"));
        Assert.Equal(5, told.Count);
    }

    [Fact]
    public async Task An_unreachable_database_is_a_problem_without_its_password()
    {
        var options = new PostgresSourceOptions
        {
            ConnectionString = "Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Database=d;Timeout=2",
            Prefix = "p",
        };
        var report = await PostgresPreflight.CheckAsync(options, Ct);
        var problem = Assert.Single(report.Problems);
        Assert.DoesNotContain("hunter2", problem.Message);
    }

    [Fact]
    public async Task A_role_that_may_not_create_the_publication_is_told_the_statement()
    {
        await using var capture = await Capture.CreateAsync(
            servers,
            "embedded",
            Table + "; CREATE ROLE poor LOGIN REPLICATION; GRANT SELECT ON ALL TABLES IN SCHEMA public TO poor");
        capture.Options = capture.Options with
        {
            ConnectionString = capture.Options.ConnectionString.Replace("Username=postgres", "Username=poor"),
            Tables = ["public.t"],
        };
        var failure = await capture.FailAsync<TaplineException>();
        Assert.Contains("CREATE PUBLICATION \"tapline\" FOR TABLE \"public\".\"t\"", failure.Hint);
    }
}
