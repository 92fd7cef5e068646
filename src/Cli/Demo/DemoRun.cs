using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tapline.Cli.Configuration;
using Tapline.Cli.Embedded;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;
using Tapline.Cli.Verification;
using Tapline.Ingest.Postgres;
using Tapline.Serving.Sql;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Demo;

/// <summary>One demo from start to end: the database with its business, the pipeline, the questions, the proof.
/// Disposing stops everything that was started.</summary>
sealed class DemoRun(DemoFolder folder, int seed, Screen screen, TimeProvider time, ILoggerFactory logs)
    : IAsyncDisposable
{
    const int PreferredPort = 9092;
    const int PreferredMqttPort = 1883;
    const int RowsShownMax = 40;
    static readonly TimeSpan CopyPoll = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan CatchUpMax = TimeSpan.FromMinutes(5);

    readonly CancellationTokenSource _stopping = new();
    readonly long _started = time.GetTimestamp();
    EmbeddedPostgres? _postgres;
    NpgsqlDataSource? _connections;
    BarDatabase? _business;
    DemoDevices? _devices;
    PipelineConfig? _config;
    RunningPipeline? _pipeline;
    Task _work = Task.CompletedTask;

    /// <summary>Starts the database, fills it, and starts the pipeline on it.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        screen.Progress($"tapline {VersionVerb.Tapline}   demo in {folder.Shown}: about a minute, stop with Ctrl-C");
        await folder.RecreateAsync(ct);
        _postgres = await EmbeddedPostgres.StartAsync(folder.Postgres, ct);
        _connections = NpgsqlDataSource.Create(_postgres.ConnectionString);
        var model = new BarModel(seed);
        _business = new BarDatabase(_connections, model, time);
        var rows = await _business.CreateAsync(ct);
        _devices = new DemoDevices(model, seed, time);
        screen.Progress($"  postgres  127.0.0.1:{_postgres.Port}   22 tables, {Units.Count(rows)} rows, {Elapsed}");

        _config = await ConfigureAsync(_postgres.ConnectionString, ct);
        _pipeline = await RunningPipeline.StartAsync(_config, PipelineParts.All, time, logs, ct);
        _work = _pipeline.RunAsync(_stopping.Token);
        var broker = _pipeline.Broker!.BootstrapServers;
        screen.Progress($"  broker    {broker}   try: kcat -b {broker} -L");
        var mqtt = _pipeline.Mqtt!.Listener!.Endpoint;
        screen.Progress($"  devices   {mqtt}   {DemoDevices.Count} taps by MQTT; "
            + $"try: mosquitto_sub -p {mqtt.Port} -t 'bar/#'");
        screen.Progress($"  lake      {folder.Shown}/lake   Delta tables");
        while (_pipeline.Source!.Status.Phase != SourcePhase.Streaming && !_work.IsCompleted)
            await Task.Delay(CopyPoll, time, ct);
        await RequireRunningAsync();
        await CatchUp().WaitAsync(await CurrentLsnAsync(ct), ct);
        screen.Progress($"  models    {_config.Models!.Stored.Count()} tables kept current from models/bar, {Elapsed}");
    }

    /// <summary>Lets the business run for a while, and shows the pipeline following it.</summary>
    public async Task LiveAsync(int rate, TimeSpan duration, CancellationToken ct)
    {
        Require();
        if (duration != Timeout.InfiniteTimeSpan)
            screen.Progress($"  business  {Units.Count(rate)} changes/s for {Units.Time(duration)}");
        using var until = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var business = _business.RunAsync(rate, until.Token);
        var devices = _devices.RunAsync(_pipeline.Mqtt!.Listener!.Endpoint, duration, until.Token);
        var ends = Task.WhenAny(Task.Delay(duration, time, ct), business, _work);
        await new LiveView(screen, _pipeline, time).ShowAsync(ends);
        await until.CancelAsync();
        try
        {
            await Task.WhenAll(business, devices);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Its time is over.
        }
        await RequireRunningAsync();
        ct.ThrowIfCancellationRequested();
        screen.Progress($"  business  {Units.Count(_business.Changes)} changes committed");
        if (devices.IsCompletedSuccessfully)
            await TellDevicesAsync((await devices).Ledger.Sent, ct);
    }

    /// <summary>Shows what models made of the sources, and answers three questions from it.</summary>
    public async Task AskAsync(CancellationToken ct)
    {
        await RequireRunningAsync();
        await CatchUp().WaitAsync(await CurrentLsnAsync(ct), ct);
        using var session = await LakeStore.OpenSessionAsync(LakeSettings.Of(folder.Lake), time, ct);
        var runner = new SqlRunner(session.Connection, new SqlLimits { RowsMax = RowsShownMax }, time);
        Answer("How fresh is what models keep?", DemoTables.Freshness(session, time.GetUtcNow()), "");
        foreach (var (question, sql) in DemoQuestions.All)
            Answer(question, sql, sql);

        void Answer(string question, string sql, string shown)
        {
            using var rows = new StringWriter();
            var started = time.GetTimestamp();
            var outcome = runner.Run(sql, SqlFormat.Table.OpenWriter(rows), ct);
            var took = time.GetElapsedTime(started).TotalMilliseconds;
            screen.Line();
            screen.Line($"{question}   {outcome.Rows} rows in {took:0} ms");
            if (shown.Length > 0)
                screen.Line(Indented(shown, "    │ "));
            screen.Line(Indented(rows.ToString(), "  "));
        }
    }

    /// <summary>Compares every row of every model with what its SELECT gives over the whole lake.</summary>
    public async Task<bool> ProveModelsAsync(CancellationToken ct)
    {
        Require();
        using var session = await LakeStore.OpenSessionAsync(LakeSettings.Of(folder.Lake), time, ct);
        ModelVerification[] results = [.. ModelVerifier.Run(session, _config.Models!, ct)];
        ModelsVerifyVerb.Print(results, screen);
        return results.All(static result => result.IsEqual);
    }

    /// <summary>Compares every row of every table in the lake with the database.</summary>
    public async Task<VerifyReport> ProveAsync(CancellationToken ct)
    {
        Require();
        await RequireRunningAsync();
        screen.Line();
        var report = await VerifyVerb.VerifyAsync(_config, _pipeline, [], CatchUpMax, screen, ct);
        VerifyVerb.Print(report, screen);
        return report;
    }

    /// <summary>What to do next.</summary>
    public void TellHowToGoOn(bool keeps)
    {
        Require();
        screen.Line();
        screen.Line($"  ./tapline sql --lake {folder.Shown}/lake \"select * from entity.entity_customers limit 5\"");
        screen.Line($"  ./tapline serve --lake {folder.Shown}/lake --pg 5433      "
            + "SQL over HTTP and PostgreSQL's protocol");
        screen.Line($"  ./tapline sql --lake {folder.Shown}/lake \"select _op, count(*) from history.billing_invoices "
            + "group by all\"");
        if (!keeps)
        {
            screen.Line("  ./tapline demo --keep      goes on until Ctrl-C, so that you can look at its topics and "
                + "database");
            return;
        }
        screen.Line($"  ./tapline status -c {folder.Shown}/tapline.yaml");
        screen.Line($"  ./tapline verify -c {folder.Shown}/tapline.yaml");
        screen.Line($"  kcat -b {_pipeline.Broker!.BootstrapServers} -t bar.billing.invoices -C -o -1");
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
            if (_pipeline is not null)
                await _pipeline.DisposeAsync();
            if (_connections is not null)
                await _connections.DisposeAsync();
            if (_postgres is not null)
                await _postgres.DisposeAsync();
            _stopping.Dispose();
        }
    }

    async Task TellDevicesAsync(long sent, CancellationToken ct)
    {
        Require();
        var counts = await DemoDevices.InLogAsync(_pipeline.Log, _config.Name, ct);
        var streams = counts.Select(static stream => $"{stream.Key} {Units.Count(stream.Value)}");
        screen.Progress($"  devices   {Units.Count(sent)} messages sent; in the log: {string.Join(", ", streams)}");
    }

    string Elapsed => $"{Units.Time(time.GetElapsedTime(_started))} since the start";

    [MemberNotNull(nameof(_business), nameof(_config), nameof(_devices), nameof(_pipeline), nameof(_postgres))]
    void Require()
    {
        if (_business is null || _config is null || _devices is null || _pipeline is null || _postgres is null)
            throw new InvalidOperationException("the demo has not been started");
    }

    /// <summary>The pipeline only ends by itself when it fails: then its failure is the demo's.</summary>
    async Task RequireRunningAsync()
    {
        if (_work.IsCompleted)
            await _work;
    }

    async Task<PipelineConfig> ConfigureAsync(string connectionString, CancellationToken ct)
    {
        var port = FreePort(PreferredPort) ?? FreePort(0);
        var mqttPort = FreePort(PreferredMqttPort) ?? FreePort(0);
        var yaml = $$"""
            # The demo's own configuration, good while ./tapline demo --keep runs.
            pipeline: bar
            log: { embedded: { path: broker, port: {{port}} } }
            source:
              postgres:
                connection: "{{connectionString}}"
                tables: ["app.*", "billing.*", "marketing.*"]
            lake: { path: lake, durability: process }
            models: "{{Path.Combine(AppContext.BaseDirectory, "models", "bar")}}"
            mqtt:
              listen: { address: "127.0.0.1:{{mqttPort}}" }
              routes:
                taps:
                  topic: bar/v1/{account_id}/{location_id}/{device_id}/{stream}
                  streams: { pour: pour, hb: heartbeat, status: status, alert: alert }
                  key: device_id
                  tenant: account_id
            """;
        await File.WriteAllTextAsync(folder.Config, yaml, ct);
        return ConfigFile.Load(folder.Config);
    }

    CatchUp CatchUp()
    {
        Require();
        return VerifyVerb.CatchUpOf(_config, _pipeline, CatchUpMax, screen);
    }

    async Task<long> CurrentLsnAsync(CancellationToken ct)
    {
        await using var command = _connections!.CreateCommand("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn");
        return (long)(decimal)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>The port if it is free, any free one for 0; null when it is taken.</summary>
    static int? FreePort(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    static string Indented(string text, string indent) =>
        string.Join('\n', text.TrimEnd().Split('\n').Select(line => indent + line));
}
