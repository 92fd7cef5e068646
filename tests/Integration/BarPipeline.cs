using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Cli.Demo;
using Tapline.Ingest.Postgres;
using Tapline.TestKit;

namespace Tapline.Integration.Tests;

/// <summary>The whole of it: a PostgreSQL with the bar business, its source, and everything behind.</summary>
sealed class BarPipeline : IAsyncDisposable
{
    const string Prefix = "bar";

    readonly PostgresServer _server;
    readonly NpgsqlDataSource _database;
    readonly IEnumerator<BarTransaction> _transactions;
    readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestPipeline.Ct);
    readonly Task _source;

    BarPipeline(PostgresServer server, NpgsqlDataSource database, TestPipeline pipeline, BarModel model)
    {
        (_server, _database, Pipeline) = (server, database, pipeline);
        _transactions = new BarWorkload(model).Transactions().GetEnumerator();
        _source = new PostgresSource(Options, pipeline.Log, TimeProvider.System, NullLoggerFactory.Instance)
            .RunAsync(_stop.Token);
    }

    public TestPipeline Pipeline { get; }

    public string ConnectionString => _server.ConnectionString();

    PostgresSourceOptions Options => new() { ConnectionString = ConnectionString, Prefix = Prefix };

    /// <summary>Creates the business and starts everything; skips the test where there is no PostgreSQL.</summary>
    public static async Task<BarPipeline> StartAsync()
    {
        Assert.SkipUnless(PostgresInstallation.Embedded.Exists, "no embedded PostgreSQL: run ./tapline setup");
        var server = await PostgresServer.StartAsync(
            PostgresInstallation.Embedded, ["wal_level = logical"], TestPipeline.Ct);
        try
        {
            var database = NpgsqlDataSource.Create(server.ConnectionString());
            var model = new BarModel(seed: 1);
            await new BarDatabase(database, model, TimeProvider.System).CreateAsync(TestPipeline.Ct);
            var pipeline = await TestPipeline.StartAsync(Prefix);
            var bar = new BarPipeline(server, database, pipeline, model);
            pipeline.StartWorker();
            return bar;
        }
        catch
        {
            // Nobody has it yet who could dispose it.
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets so many more transactions happen.</summary>
    public async Task HappenAsync(int count)
    {
        await using var connection = await _database.OpenConnectionAsync(TestPipeline.Ct);
        for (var n = 0; n < count && _transactions.MoveNext(); n++)
            await BarDatabase.ApplyAsync(connection, _transactions.Current, TestPipeline.Ct);
    }

    /// <summary>Waits until the lake has all that was committed, and stops the worker.</summary>
    public async Task CatchUpAsync()
    {
        await using var connection = await _database.OpenConnectionAsync(TestPipeline.Ct);
        await using var position = new NpgsqlCommand("SELECT pg_current_wal_insert_lsn()::text", connection);
        var lsn = await position.ExecuteScalarAsync(TestPipeline.Ct);
        await using var confirmed = new NpgsqlCommand(
            $"SELECT count(*) FROM pg_replication_slots WHERE active AND confirmed_flush_lsn >= '{lsn}'", connection);
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
            _transactions.Dispose();
            await Pipeline.DisposeAsync();
            await _database.DisposeAsync();
            _stop.Dispose();
        }
    }
}
