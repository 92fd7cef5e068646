using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Ingest.Postgres;
using Tapline.TestKit;

namespace Tapline.Integration.Tests;

/// <summary>A PostgreSQL with tables of a test's own, its source, and everything behind.</summary>
sealed class PostgresPipeline : IAsyncDisposable
{
    readonly PostgresServer _server;
    readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestPipeline.Ct);
    readonly Task _source;

    PostgresPipeline(PostgresServer server, NpgsqlDataSource database, TestPipeline pipeline)
    {
        (_server, Database, Pipeline) = (server, database, pipeline);
        var options = new PostgresSourceOptions
        {
            ConnectionString = ConnectionString,
            Prefix = pipeline.Options.Prefix,
        };
        _source = new PostgresSource(options, pipeline.Log, TimeProvider.System, NullLoggerFactory.Instance)
            .RunAsync(_stop.Token);
    }

    public TestPipeline Pipeline { get; }

    public NpgsqlDataSource Database { get; }

    public string ConnectionString => _server.ConnectionString();

    /// <summary>Creates the tables and starts everything; skips the test where there is no PostgreSQL.</summary>
    /// <param name="tables">What makes the tables.</param>
    /// <param name="beforeSource">What happens in the database before the source looks at it.</param>
    public static Task<PostgresPipeline> StartAsync(
        string tables, Func<NpgsqlDataSource, Task>? beforeSource = null) =>
        StartFilledAsync("pg", async database =>
        {
            await using (var command = database.CreateCommand(tables))
                await command.ExecuteNonQueryAsync(TestPipeline.Ct);
            if (beforeSource is not null)
                await beforeSource(database);
        });

    /// <summary>Starts everything on a database that is filled first; skips the test where there is no
    /// PostgreSQL.</summary>
    public static async Task<PostgresPipeline> StartFilledAsync(
        string prefix, Func<NpgsqlDataSource, Task> fill)
    {
        Assert.SkipUnless(PostgresInstallation.Embedded.Exists, "no embedded PostgreSQL: run ./tapline setup");
        var server = await PostgresServer.StartAsync(
            PostgresInstallation.Embedded, ["wal_level = logical"], TestPipeline.Ct);
        try
        {
            var database = NpgsqlDataSource.Create(server.ConnectionString());
            await fill(database);
            var started = new PostgresPipeline(server, database, await TestPipeline.StartAsync(prefix));
            started.Pipeline.StartWorker();
            return started;
        }
        catch
        {
            // Nobody has it yet who could dispose it.
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestPipeline.Ct);
    }

    /// <summary>Waits until a query answers true.</summary>
    public async Task WaitUntilAsync(string sql, string what)
    {
        await using var command = Database.CreateCommand(sql);
        await Pipeline.WaitAsync(async () => await command.ExecuteScalarAsync(TestPipeline.Ct) is true, what);
    }

    /// <summary>Waits until the lake has all that was committed, and stops the worker.</summary>
    public async Task CatchUpAsync()
    {
        await using var position = Database.CreateCommand("SELECT pg_current_wal_insert_lsn()::text");
        var lsn = await position.ExecuteScalarAsync(TestPipeline.Ct);
        await using var confirmed = Database.CreateCommand(
            $"SELECT count(*) FROM pg_replication_slots WHERE active AND confirmed_flush_lsn >= '{lsn}'");
        await Pipeline.WaitAsync(
            async () =>
            {
                if (_source.IsCompleted)
                    await _source;
                return await confirmed.ExecuteScalarAsync(TestPipeline.Ct) is 1L;
            },
            "the log has all of the database");
        await Pipeline.CatchUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _source;
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
        finally
        {
            // Also when the source or the worker has failed: the server is a process, and would stay.
            await _server.DisposeAsync();
            await Pipeline.DisposeAsync();
            await Database.DisposeAsync();
            _stop.Dispose();
        }
    }
}
