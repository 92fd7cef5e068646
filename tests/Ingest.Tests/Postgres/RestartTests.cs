using Npgsql;
using Tapline.Ingest.Postgres;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class RestartTests(PostgresServers servers)
{
    // Wide enough for several pages a chunk; the note lies out of line.
    const string Items =
        """
        CREATE TABLE items (id int PRIMARY KEY, n int NOT NULL, note text);
        ALTER TABLE items ALTER note SET STORAGE EXTERNAL;
        INSERT INTO items SELECT i, 0, repeat('x', CASE WHEN i % 50 = 0 THEN 3000 ELSE 20 END)
          FROM generate_series(1, 3000) i;
        CREATE TABLE others (id int PRIMARY KEY, n int);
        INSERT INTO others SELECT i, i FROM generate_series(1, 500) i;
        ANALYZE;
        """;

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task A_crash_in_the_copy_repeats_only_the_chunks_that_were_under_way(string server)
    {
        await using var capture = await Capture.CreateAsync(servers, server, Items);
        capture.Options = capture.Options with { ChunkRows = 300, SnapshotParallelism = 2 };
        await CrashAsync(capture, recordsMax: 1800);

        // Rows move between pages while nobody copies; one of them gives up its out-of-line value only to a copy.
        await capture.ExecuteAsync("UPDATE items SET n = n + 1 WHERE id % 10 = 0");
        await capture.ExecuteAsync("DELETE FROM items WHERE id % 97 = 0; INSERT INTO items VALUES (-1, 1, 'late')");
        capture.Start();
        await capture.CatchUpAsync();

        var records = await capture.RecordsAsync("public.items");
        var copied = records.Count(static r => r.Value is not null && r.Op == "r");
        Assert.InRange(copied, 2900, 4400);
        await Replay.AssertEqualsSourceAsync(capture, "public.items");
        await Replay.AssertEqualsSourceAsync(capture, "public.others");
    }

    [Fact]
    public async Task A_relation_that_was_rewritten_between_two_starts_is_copied_anew()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Items);
        capture.Options = capture.Options with { ChunkRows = 300, SnapshotParallelism = 1 };
        await CrashAsync(capture, recordsMax: 1800);
        await capture.ExecuteAsync("DELETE FROM items WHERE id < 1000");
        await capture.ExecuteAsync("VACUUM FULL items");
        capture.Start();
        await capture.CatchUpAsync();
        await Replay.AssertEqualsSourceAsync(capture, "public.items");
    }

    [Theory]
    [InlineData("ALTER TABLE others ALTER n TYPE bigint")]
    [InlineData("TRUNCATE others; INSERT INTO others VALUES (1, 7), (9, 8)")]
    [InlineData("VACUUM FULL others")]
    [InlineData("ALTER TABLE others RENAME n TO m")]
    [InlineData("ALTER TABLE others DROP n")]
    public async Task A_relation_that_is_rewritten_before_its_turn_in_the_copy_is_copied_all_the_same(string rewrite)
    {
        var database = await servers.CreateDatabaseAsync("embedded", TestContext.Current.CancellationToken);
        await using var prepare = new Capture(database);
        await prepare.ExecuteAsync(Items);
        await using var capture = new Capture(
            database,
            new InterruptedLog(new MemoryEventLog(TimeProvider.System), () => prepare.ExecuteAsync(rewrite)));
        capture.Options = capture.Options with { ChunkRows = 300, SnapshotParallelism = 1 };
        capture.Start();
        await capture.CatchUpAsync();

        await Replay.AssertEqualsSourceAsync(capture, "public.items");
        await Replay.AssertEqualsSourceAsync(capture, "public.others");
    }

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task Crashes_in_the_stream_lose_nothing_and_repeat_only_identical_changes(string server)
    {
        await using var capture = await Capture.CreateAsync(servers, server, Items);
        capture.Options = capture.Options with { StatusInterval = TimeSpan.FromMilliseconds(5) };
        capture.Start();
        await capture.CatchUpAsync();
        await capture.StopAsync();
        var random = new Random(20_26);
        foreach (var recordsMax in (int[])[1, 40, 111, 7, 300])
        {
            await WriteAsync(capture, random, transactions: 60);
            await CrashAsync(capture, recordsMax);
        }
        capture.Start();
        await capture.CatchUpAsync();

        var records = (await capture.RecordsAsync("public.items")).Where(static r => r.Value is not null).ToList();
        foreach (var same in records.Where(static r => r.Op != "r").GroupBy(static r => (r.Key, r.Position)))
        {
            var contents = same.Select(static r => (r.Op, r.After?.ToJsonString(), r.Before?.ToJsonString()));
            Assert.Single(contents.Distinct());
        }
        Assert.Contains(records.GroupBy(static r => (r.Key, r.Position)), static g => g.Count() > 1);
        var seen = new HashSet<(string?, (long, long))>();
        var firsts = records.Where(r => seen.Add((r.Key, r.Position))).Select(static r => r.Position).ToList();
        Assert.Equal(firsts.Order(), firsts);
        await Replay.AssertEqualsSourceAsync(capture, "public.items");
    }

    [Fact]
    public async Task A_lost_connection_is_made_again()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Items);
        capture.Start();
        await capture.CatchUpAsync();
        await capture.ExecuteAsync(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
            + $"WHERE slot_name = '{capture.Options.SlotName}'");
        await capture.ExecuteAsync("UPDATE items SET n = 7 WHERE id = 3");
        await capture.CatchUpAsync();
        await Replay.AssertEqualsSourceAsync(capture, "public.items");
    }

    [Fact]
    public async Task A_graceful_stop_leaves_nothing_to_repeat()
    {
        await using var capture = await Capture.CreateAsync(servers, "embedded", Items);
        capture.Start();
        await capture.CatchUpAsync();
        var received = capture.Source!.Status.ReceivedLsn;
        await capture.ExecuteAsync("UPDATE items SET n = 1 WHERE id <= 100");
        await capture.WaitAsync(() => Task.FromResult(capture.Source!.Status.ReceivedLsn > received));
        await capture.StopAsync();
        capture.Start();
        await capture.ExecuteAsync("UPDATE items SET n = 2 WHERE id = 1");
        await capture.CatchUpAsync();
        Assert.Equal(3101, (await capture.RecordsAsync("public.items")).Count);
    }

    static async Task CrashAsync(Capture capture, int recordsMax)
    {
        var crashing = new CrashingLog(capture.Log, recordsMax);
        await using var crashed = new Capture(capture.Options.ConnectionString, crashing)
        {
            Options = capture.Options,
            OwnsSlot = false,
        };
        await crashed.FailAsync<CrashException>();
        Assert.True(crashing.HasCrashed);
    }

    static async Task WriteAsync(Capture capture, Random random, int transactions)
    {
        await using var connection = new NpgsqlConnection(capture.Options.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < transactions; i++)
        {
            var id = random.Next(1, 3000);
            var statement = random.Next(5) switch
            {
                0 => $"DELETE FROM items WHERE id = {id}",
                1 => $"INSERT INTO items VALUES ({id}, 1, 'again') ON CONFLICT (id) DO UPDATE SET note = 'again'",
                2 => $"DELETE FROM items WHERE id = {id}; INSERT INTO items VALUES ({id}, 2, 'swapped')",
                3 => $"UPDATE items SET note = repeat('y', 2500) WHERE id BETWEEN {id} AND {id + 5}",
                _ => $"UPDATE items SET n = n + 1 WHERE id BETWEEN {id} AND {id + 20} AND length(note) < 1000",
            };
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }
}
