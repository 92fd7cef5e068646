using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Cli.Configuration;
using Tapline.Cli.Embedded;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;
using Tapline.Cli.Verification;
using Tapline.Ingest.Postgres;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Tests.Verification;

/// <summary>A real database, broker and lake in one process: what verify says, and that it can say no.</summary>
public sealed class VerifyTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("tapline-verify-").FullName;
    readonly CancellationTokenSource _stopping = new();
    readonly StringWriter _output = new();
    EmbeddedPostgres? _server;
    NpgsqlDataSource? _source;
    PipelineConfig _config = null!;
    RunningPipeline? _pipeline;
    Task _work = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        try
        {
            await StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    async Task StartAsync(CancellationToken ct)
    {
        _server = await EmbeddedPostgres.StartAsync(Path.Combine(_folder, "postgres"), ct);
        _source = NpgsqlDataSource.Create(_server.ConnectionString);
        await RunSqlAsync("""
            CREATE TABLE public.pours (id int PRIMARY KEY, tap text, millilitres numeric(10,2), at timestamptz);
            INSERT INTO public.pours SELECT n, 'tap ' || n % 7, n / 4.0, timestamptz '2025-03-08' + n * interval '1 s'
            FROM generate_series(1, 5000) n
            """);
        _config = ConfigFile.Parse($$"""
            pipeline: t
            log: { embedded: { path: broker, port: 0 } }
            source: { postgres: { connection: "{{_server.ConnectionString}}", tables: ["public.*"] } }
            lake: { durability: process }
            stream: { epoch_seconds: 0.1 }
            """, "t.yaml", _folder, static _ => null);
        _pipeline = await RunningPipeline.StartAsync(
            _config, PipelineParts.All, TimeProvider.System, NullLoggerFactory.Instance, ct);
        _work = _pipeline.RunAsync(_stopping.Token);
        await WaitForTableAsync(ct);
    }

    [Fact]
    public async Task What_has_gone_through_the_pipeline_is_equal_and_what_has_not_is_named_by_key()
    {
        await RunSqlAsync("UPDATE public.pours SET tap = NULL WHERE id % 10 = 0; DELETE FROM public.pours WHERE id > "
            + "4900");
        var equal = await VerifyAsync();
        Assert.Equal((true, 4_900), (equal.IsEqual, equal.Rows));

        await ChangeUnseenAsync();
        var report = await VerifyAsync();

        Assert.Equal(
            ["42 Differs millilitres", "43 ExtraInLake ", "9001 MissingInLake "],
            report.Tables.Single().Differences
                .Select(static d =>
                    $"{d.Key[0]} {d.Kind} {string.Join(',', d.Columns)}").Order(StringComparer.Ordinal));
        VerifyVerb.Print(report, Screen());
        Assert.Contains("42: differs in millilitres", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 tables, 4 900 rows, 3 differences ✗", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resync_mends_what_the_lake_has_missed_while_changes_go_on()
    {
        var ct = TestContext.Current.CancellationToken;
        await ChangeUnseenAsync();
        await RunSqlAsync("ALTER PUBLICATION tapline_t ADD TABLE public.pours");
        Assert.Equal(3, (await VerifyAsync()).Tables.Single().Differences.Length);

        var options = RunningPipeline.SourceOptions(_config);
        await RunSqlAsync(PostgresSignals.Preparation(options));
        await PostgresSignals.ExecuteSnapshotAsync(options, Guid.NewGuid(), ["public.pours"], filter: null, ct);
        var report = await VerifyAsync();
        for (var round = 0; !report.IsEqual && round < 10; round++)
        {
            await RunSqlAsync($"UPDATE public.pours SET tap = 'busy' WHERE id % 20 = {round}");
            report = await VerifyAsync();
        }
        Assert.True(report.IsEqual);
        Assert.Equal(5_000, report.Rows);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await _work;
        }
        finally
        {
            // Also when the pipeline has failed: the server is a process, and would stay.
            if (_pipeline is not null)
                await _pipeline.DisposeAsync();
            if (_source is not null)
                await _source.DisposeAsync();
            if (_server is not null)
                await _server.DisposeAsync();
            _stopping.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }

    // The source hides this table's changes from the pipeline.
    async Task ChangeUnseenAsync()
    {
        await RunSqlAsync("ALTER PUBLICATION tapline_t DROP TABLE public.pours");
        await RunSqlAsync("""
            UPDATE public.pours SET millilitres = millilitres + 0.01 WHERE id = 42;
            DELETE FROM public.pours WHERE id = 43;
            INSERT INTO public.pours VALUES (9001, 'late', 1, now())
            """);
    }

    Task<VerifyReport> VerifyAsync() => VerifyVerb.VerifyAsync(
        _config, _pipeline!, [], TimeSpan.FromMinutes(2), Screen(), TestContext.Current.CancellationToken);

    Screen Screen() => new(_output, _output, OutputFormat.Text, isTerminal: false);

    async Task RunSqlAsync(string sql)
    {
        await using var command = _source!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    async Task WaitForTableAsync(CancellationToken ct)
    {
        while (_pipeline!.Worker!.Status.Tables.IsEmpty && !_work.IsCompleted)
            await Task.Delay(50, ct);
    }
}
