using System.Diagnostics;
using System.Text.Json.Nodes;
using Npgsql;
using Tapline.Contracts.Log;
using Tapline.TestKit;
using Tapline.TestKit.Storage;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class HugeTransactionTests(PostgresServers servers)
{
    const string Tables =
        """
        CREATE TABLE a (id int PRIMARY KEY, n int, note text); ALTER TABLE a ALTER note SET STORAGE EXTERNAL;
        CREATE TABLE b (id int PRIMARY KEY, note text); INSERT INTO a VALUES (0, 0, repeat('x', 3000));
        """;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task Parts_of_open_transactions_come_to_the_log_as_if_they_came_in_one_piece(string server)
    {
        using var folder = new TemporaryFolder("spool");
        await using var streamed = await CreateAsync(server, folder.FullPath);
        await using var whole = new Capture(streamed.Options.ConnectionString);
        whole.Options = streamed.Options with
        {
            SlotName = streamed.Options.SlotName + "_whole",
            StreamsOpenTransactions = false,
        };
        streamed.Start();
        await streamed.CatchUpAsync();
        whole.Start();
        await whole.CatchUpAsync();
        await WorkAsync(streamed, async () =>
        {
            await streamed.WaitAsync(async () => await StreamedBytesAsync(streamed) > 0);
            Assert.Empty(Directory.GetFiles(folder.FullPath));
            Assert.Single(await streamed.RecordsAsync("public.a"));
        });
        await streamed.CatchUpAsync();
        await whole.CatchUpAsync();

        foreach (var topic in (string[])["p.public.a", "p.public.b", "p.transaction"])
        {
            var expected = await TextAsync(whole.Log, topic);
            Assert.Equal(expected, await TextAsync(streamed.Log, topic));
            Assert.True(expected.Count > 4, topic);
        }
        await Replay.AssertEqualsSourceAsync(streamed, "public.a");
        await Replay.AssertEqualsSourceAsync(streamed, "public.b");
    }

    [Fact]
    public async Task A_transaction_whose_parts_were_sent_before_a_crash_comes_whole_after_it()
    {
        using var folder = new TemporaryFolder("spool");
        await using var capture = await CreateAsync("embedded", folder.FullPath);
        capture.Start();
        await capture.CatchUpAsync();
        await capture.StopAsync();
        foreach (var recordsMax in (int[])[0, 700, 2500])
        {
            var crashing = new CrashingLog(capture.Log, recordsMax);
            await using var crashed = new Capture(capture.Options.ConnectionString, crashing)
            {
                Options = capture.Options,
                OwnsSlot = false,
            };
            await capture.WaitUntilReleasedAsync();
            await using var connection = new NpgsqlConnection(capture.Options.ConnectionString);
            await connection.OpenAsync(Ct);
            await RunAsync(connection, "BEGIN");
            await RunAsync(connection, $"INSERT INTO a SELECT i, {recordsMax}, 'n' FROM generate_series(1, 3000) i "
                + "ON CONFLICT (id) DO UPDATE SET n = excluded.n");
            var failing = crashed.FailAsync<CrashException>();
            await capture.ExecuteAsync($"INSERT INTO b VALUES ({recordsMax}, 'between')");
            await RunAsync(connection, "COMMIT");
            await failing;
        }
        capture.Start();
        await capture.CatchUpAsync();
        await Replay.AssertEqualsSourceAsync(capture, "public.a");
        await Replay.AssertEqualsSourceAsync(capture, "public.b");
    }

    /// <summary>Measures, on the machine that runs it: run it by name.</summary>
    [Theory(Explicit = true)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_000, false)]
    [InlineData(5_000_000, true)]
    [InlineData(5_000_000, false)]
    public async Task How_fast_and_how_large_a_huge_transaction_is(int rows, bool streams)
    {
        using var folder = new TemporaryFolder("spool");
        var log = new CountingLog(new MemoryEventLog(TimeProvider.System));
        await using var capture = new Capture(await servers.CreateDatabaseAsync("embedded", Ct), log);
        capture.Options = capture.Options with { SpoolFolder = folder.FullPath, StreamsOpenTransactions = streams };
        await capture.ExecuteAsync("CREATE TABLE big (id int PRIMARY KEY, a text, b text, n bigint, t timestamptz)");
        capture.Start();
        await capture.CatchUpAsync();
        GC.Collect();
        var before = Environment.WorkingSet;
        var peak = before;
        var clock = Stopwatch.StartNew();
        var insert = capture.ExecuteAsync(
            $"INSERT INTO big SELECT i, 'name ' || i, repeat('x', 40), i, now() FROM generate_series(1, {rows}) i");
        TimeSpan? committed = null;
        while (log.DataRecords < rows)
        {
            if (insert.IsCompleted)
                committed ??= clock.Elapsed;
            peak = Math.Max(peak, Environment.WorkingSet);
            await Task.Delay(20, Ct);
        }
        var (total, after) = (clock.Elapsed, clock.Elapsed - committed!.Value);
        TestContext.Current.SendDiagnosticMessage(
            $"{rows} rows, streams {streams}: committed after {committed.Value.TotalSeconds:F1} s, in the log "
            + $"{after.TotalSeconds:F1} s later ({rows / after.TotalSeconds:F0} rows/s), {total.TotalSeconds:F1} s in "
            + $"all; memory {before >> 20} MiB before, {peak >> 20} MiB at most");
        Assert.Equal(rows, log.DataRecords);
    }

    async Task<Capture> CreateAsync(string server, string folder)
    {
        var capture = await Capture.CreateAsync(servers, server, Tables);
        var database = new NpgsqlConnectionStringBuilder(capture.Options.ConnectionString).Database;
        await capture.ExecuteAsync($"ALTER DATABASE {database} SET logical_decoding_work_mem = '64kB'");
        capture.Options = capture.Options with { SpoolFolder = folder, WritesTransactions = true };
        return capture;
    }

    static async Task WorkAsync(Capture capture, Func<Task> whileOpen)
    {
        await using var first = new NpgsqlConnection(capture.Options.ConnectionString);
        await using var second = new NpgsqlConnection(capture.Options.ConnectionString);
        await first.OpenAsync(Ct);
        await second.OpenAsync(Ct);
        await RunAsync(first, "BEGIN; INSERT INTO a SELECT i, 1, 'first' FROM generate_series(1, 2000) i");
        await whileOpen();
        await RunAsync(second, "BEGIN; INSERT INTO a SELECT i, 2, 'second' FROM generate_series(5001, 7000) i");
        await capture.ExecuteAsync("INSERT INTO b VALUES (1, 'small')");
        await RunAsync(first, "SAVEPOINT s; INSERT INTO a SELECT i, 3, 'gone' FROM generate_series(2001, 4000) i");
        await RunAsync(first, "SAVEPOINT t; ALTER TABLE b ADD extra int; INSERT INTO b VALUES (2, 'gone', 3)");
        await RunAsync(first, "ROLLBACK TO s; INSERT INTO b SELECT i, 'kept' FROM generate_series(10, 2009) i");
        await RunAsync(first, "SAVEPOINT u; UPDATE a SET n = n + 1 WHERE id < 1500; RELEASE u");
        await RunAsync(second, "UPDATE a SET n = -n WHERE id BETWEEN 5001 AND 7000");
        await RunAsync(second, "COMMIT");
        await RunAsync(first, "UPDATE a SET id = -id WHERE id BETWEEN 1 AND 20");
        await RunAsync(first, "COMMIT");
        await RunAsync(first, "BEGIN; DELETE FROM a; INSERT INTO b SELECT i, 'no' FROM generate_series(-4000, 0) i");
        await capture.ExecuteAsync("INSERT INTO b VALUES (3000, 'small too')");
        await RunAsync(first, "ROLLBACK");
        await RunAsync(first, "BEGIN; TRUNCATE b; INSERT INTO b SELECT i, 'anew' FROM generate_series(1, 2000) i");
        await RunAsync(first, "ALTER TABLE b ADD extra int; UPDATE b SET extra = id; COMMIT");
    }

    // What the server counts of the slot is written now and then.
    static async Task<long> StreamedBytesAsync(Capture capture) => long.Parse(await capture.ScalarAsync(
        "SELECT coalesce(max(stream_bytes), 0) FROM pg_stat_replication_slots "
        + $"WHERE slot_name = '{capture.Options.SlotName}'"));

    static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    // What is written when and not what happened: everything but the times of writing.
    static async Task<List<string>> TextAsync(IEventLog log, string topic)
    {
        var texts = new List<string>();
        foreach (var record in await LogRecord.ReadAsync(log, topic, Ct))
        {
            var value = record.Value as JsonObject;
            // Each copy was made at a time of its own.
            if ((string?)value?["op"] == "r")
                continue;
            if (value?.ContainsKey("op") == true)
            {
                foreach (var name in (string[])["ts_ms", "ts_us", "ts_ns"])
                    value.Remove(name);
            }
            texts.Add($"{record.Key} {value?.ToJsonString()} {record.Headers.GetValueOrDefault("tapline.schema")}");
        }
        return texts;
    }
}
