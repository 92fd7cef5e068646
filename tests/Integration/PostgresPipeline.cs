using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Ingest.Postgres;
using Tapline.TestKit;

namespace Tapline.Integration.Tests;

/// <summary>A PostgreSQL with tables of a test's own, its source, and everything behind.</summary>
sealed class PostgresPipeline : IAsyncDisposable
{
    const string Prefix = "pg";

    readonly PostgresServer _server;
    readonly NpgsqlDataSource _database;
    readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestPipeline.Ct);
    readonly Task _source;

    PostgresPipeline(PostgresServer server, NpgsqlDataSource database, TestPipeline pipeline)
    {
        (_server, _database, Pipeline) = (server, database, pipeline);
        var options = new PostgresSourceOptions { ConnectionString = ConnectionString, Prefix = Prefix };
        _source = new PostgresSource(options, pipeline.Log, TimeProvider.System, NullLoggerFactory.Instance)
            .RunAsync(_stop.Token);
    }

    public TestPipeline Pipeline { get; }

    public string ConnectionString => _server.ConnectionString();

    /// <summary>Creates the tables and starts everything; skips the test where there is no PostgreSQL.</summary>
    public static async Task<PostgresPipeline> StartAsync(string tables)
    {
        Assert.SkipUnless(PostgresInstallation.Embedded.Exists, "no embedded PostgreSQL: run ./tapline setup");
        var server = await PostgresServer.StartAsync(
            PostgresInstallation.Embedded, ["wal_level = logical"], TestPipeline.Ct);
        var database = NpgsqlDataSource.Create(server.ConnectionString());
        await using (var command = database.CreateCommand(tables))
            await command.ExecuteNonQueryAsync(TestPipeline.Ct);
        var started = new PostgresPipeline(server, database, await TestPipeline.StartAsync(Prefix));
        started.Pipeline.StartWorker();
        return started;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestPipeline.Ct);
    }

    /// <summary>Waits until the lake has all that was committed, and stops the worker.</summary>
    public async Task CatchUpAsync()
    {
        await using var position = _database.CreateCommand("SELECT pg_current_wal_insert_lsn()::text");
        var lsn = await position.ExecuteScalarAsync(TestPipeline.Ct);
        await using var confirmed = _database.CreateCommand(
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
        await Pipeline.DisposeAsync();
        await _database.DisposeAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
    }
}
