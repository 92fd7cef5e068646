using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Contracts;
using Tapline.Ingest.Postgres;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Chaos;

/// <summary>A pipeline whose parts are processes, and what can be done to them. Disposing stops those that run.
/// </summary>
sealed class ChaosPipeline : IAsyncDisposable
{
    const string CopyIsRunning =
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'COPY (%' AND state = 'active')";

    static readonly TimeSpan BrokerStartMax = TimeSpan.FromMinutes(1);
    static readonly TimeSpan CopyStartMax = TimeSpan.FromMinutes(2);
    static readonly TimeSpan CommitWaitMax = TimeSpan.FromSeconds(5);
    static readonly TimeSpan InterruptWait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    readonly NpgsqlDataSource _database;
    readonly TimeProvider _time;
    readonly int _port;
    readonly IObjectStore _lake;
    readonly SortedDictionary<string, PipelinePart> _parts = new(StringComparer.Ordinal);
    bool _hearsSignals;

    ChaosPipeline(
        PipelineConfig config,
        ChaosOptions options,
        ChaosFolder folder,
        NpgsqlDataSource database,
        int port,
        TimeProvider time)
    {
        (Config, _database, _port, _time) = (config, database, port, time);
        _lake = LakeStore.Open(config.Lake, time);
        foreach (var name in options.Parts)
            _parts.Add(name, new PipelinePart(name, folder, time));
    }

    /// <summary>Its configuration.</summary>
    public PipelineConfig Config { get; }

    /// <summary>Writes the configuration and starts all parts.</summary>
    public static async Task<ChaosPipeline> StartAsync(
        ChaosOptions options,
        ChaosFolder folder,
        ChaosLake lake,
        string connectionString,
        NpgsqlDataSource database,
        TimeProvider time,
        CancellationToken ct)
    {
        var port = FreePort();
        var drift = options.Drift ? $", \"{DriftWorkload.Tables}\"" : "";
        var yaml = $$"""
            # The pipeline of a chaos run, good while that runs.
            pipeline: bar
            log: { embedded: { path: broker, port: {{port}} } }
            source:
              postgres:
                connection: "{{connectionString}}"
                tables: ["app.*", "billing.*", "marketing.*"{{drift}}]
                parallelism: 1
                heartbeat_seconds: 1
            lake: {{lake.Yaml}}
            stream: { epoch_seconds: 0.25, lanes: {{options.Lanes}} }
            """;
        await File.WriteAllTextAsync(folder.Config, yaml, ct);
        var config = ConfigFile.Load(folder.Config) with { Lake = lake.Config };
        var pipeline = new ChaosPipeline(config, options, folder, database, port, time);
        try
        {
            foreach (var name in options.Parts)
                await pipeline.StartAsync(name, ct);
            return pipeline;
        }
        catch
        {
            await pipeline.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something while all parts are watched. Throws <see cref="TaplineException"/> when one of them ends
    /// that was not killed.</summary>
    public async Task WatchAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var working = work(stop.Token);
        var ended = Task.WhenAny(_parts.Values.Select(static part => part.Ended));
        if (await Task.WhenAny(working, ended) == ended)
        {
            await stop.CancelAsync();
            // Whatever else went wrong, the part's end comes first.
            await working.ContinueWith(static _ => { }, TaskScheduler.Default);
            // Ctrl-C goes to all processes of a terminal: the parts may end, as they should, before this one is told.
            await Task.Delay(InterruptWait, _time, ct);
            throw new TaplineException(await await ended);
        }
        await working;
    }

    /// <summary>Kills parts at once, then brings each back after its pause. Says in words what was killed.</summary>
    public async Task<string> StrikeAsync(Strike strike, CancellationToken ct)
    {
        if (strike.CommitMoment is { } moment)
            await AwaitCommitAsync(moment, ct);
        var isInCommit = await IsInCommitAsync(ct);
        foreach (var victim in strike.Victims)
            await _parts[victim.Part].KillAsync();
        foreach (var victim in strike.Victims)
        {
            await Task.Delay(victim.Pause, _time, ct);
            await StartAsync(victim.Part, ct);
        }
        return $"{string.Join('+', strike.Victims.Select(static victim => victim.Part))} at {Seconds(strike.At)} "
            + (isInCommit ? "within a commit " : "")
            + $"for {string.Join('+', strike.Victims.Select(static victim => Seconds(victim.Pause)))}";
    }

    /// <summary>Waits until ingest copies tables, lets it go on for a moment and strikes. Says what was killed, or null
    /// when the copy was over.</summary>
    public async Task<string?> StrikeCopyAsync(TimeSpan moment, TimeSpan pause, CancellationToken ct)
    {
        var started = _time.GetTimestamp();
        while (!await IsAsync(CopyIsRunning, ct))
        {
            if (await IsStreamingAsync(ct))
                return null;
            if (_time.GetElapsedTime(started) > CopyStartMax)
                throw new TaplineException("ingest does not begin to copy the tables");
            await Task.Delay(Pause, _time, ct);
        }
        await Task.Delay(moment, _time, ct);
        if (await IsStreamingAsync(ct))
            return null;
        await _parts["ingest"].KillAsync();
        await Task.Delay(pause, _time, ct);
        await StartAsync("ingest", ct);
        return $"ingest during the first copy for {Seconds(pause)}";
    }

    /// <summary>Asks ingest to read tables again.</summary>
    public async Task ResyncAsync(string[] tables, CancellationToken ct)
    {
        var options = RunningPipeline.SourceOptions(Config);
        if (!_hearsSignals)
        {
            await AwaitStreamingAsync(ct);
            await using var prepare = _database.CreateCommand(PostgresSignals.Preparation(options));
            await prepare.ExecuteNonQueryAsync(ct);
            _hearsSignals = true;
        }
        await PostgresSignals.ExecuteSnapshotAsync(options, RunningPipeline.NewId(), tables, filter: null, ct);
    }

    /// <summary>Where the database's log ends.</summary>
    public async Task<long> CurrentLsnAsync(CancellationToken ct)
    {
        await using var command = _database.CreateCommand("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts.Values)
            await part.DisposeAsync();
    }

    // The load goes on, so that there is a commit soon; where there is none, the strike comes without.
    async Task AwaitCommitAsync(TimeSpan moment, CancellationToken ct)
    {
        var started = _time.GetTimestamp();
        while (!await IsInCommitAsync(ct) && _time.GetElapsedTime(started) < CommitWaitMax)
            await Task.Delay(Pause, _time, ct);
        await Task.Delay(moment, _time, ct);
    }

    async Task<bool> IsInCommitAsync(CancellationToken ct) => (await LakeProgress.ReadAsync(_lake, ct)).HasOpen;

    async Task StartAsync(string name, CancellationToken ct)
    {
        _parts[name].Start();
        if (name == "broker")
            await AwaitBrokerAsync(ct);
    }

    async Task AwaitBrokerAsync(CancellationToken ct)
    {
        var started = _time.GetTimestamp();
        while (!await IsListeningAsync(ct))
        {
            if (_time.GetElapsedTime(started) > BrokerStartMax)
                throw new TaplineException($"the broker does not answer on port {_port}");
            await Task.Delay(Pause, _time, ct);
        }
    }

    async Task<bool> IsListeningAsync(CancellationToken ct)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, _port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    async Task AwaitStreamingAsync(CancellationToken ct)
    {
        while (!await IsStreamingAsync(ct))
            await Task.Delay(Pause, _time, ct);
    }

    Task<bool> IsStreamingAsync(CancellationToken ct) =>
        IsAsync($"SELECT EXISTS (SELECT FROM pg_replication_slots WHERE active AND slot_name = '{Config.Source!.Slot}' "
            + "AND confirmed_flush_lsn IS NOT NULL)", ct);

    async Task<bool> IsAsync(string sql, CancellationToken ct)
    {
        await using var command = _database.CreateCommand(sql);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
