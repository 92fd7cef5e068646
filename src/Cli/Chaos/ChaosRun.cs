using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tapline.Cli.Demo;
using Tapline.Cli.Embedded;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;
using Tapline.Lakehouse.Delta;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Chaos;

/// <summary>One chaos run: a database with its business, a pipeline of processes that are killed at random moments, and
/// after each round the proof. Disposing stops everything that was started.</summary>
sealed class ChaosRun(
    ChaosOptions options,
    ChaosFolder folder,
    ChaosLake lake,
    Screen screen,
    TimeProvider time,
    ILoggerFactory logs) : IAsyncDisposable
{
    const int CopyStrikes = 2;

    static readonly TimeSpan CopyPauseMax = TimeSpan.FromSeconds(1);
    static readonly TimeSpan CopyMomentMax = TimeSpan.FromMilliseconds(200);

    readonly Screen _quiet = new(TextWriter.Null, TextWriter.Null, OutputFormat.Text, isTerminal: false);
    readonly Random _dice = new(options.Seed);
    EmbeddedPostgres? _postgres;
    NpgsqlDataSource? _connections;
    BarDatabase? _business;
    DriftWorkload? _drift;
    ChaosPipeline? _pipeline;
    VersionCheck? _versions;
    IReadOnlyDictionary<string, string[]> _keys = new Dictionary<string, string[]>();

    /// <summary>Does the rounds, up to the first that goes wrong.</summary>
    public async Task RunAsync(ChaosReport report, CancellationToken ct)
    {
        await StartAsync(ct);
        for (var round = 1; round <= options.Rounds; round++)
        {
            var result = await RoundAsync(round, ct);
            report.Add(result);
            screen.Progress(result.Line);
            if (!result.IsClean)
                return;
        }
        report.Add(await CleanUpAsync(ct));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_pipeline is not null)
            await _pipeline.DisposeAsync();
        if (_connections is not null)
            await _connections.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    [MemberNotNull(nameof(_business), nameof(_pipeline))]
    void Require()
    {
        if (_business is null || _pipeline is null)
            throw new InvalidOperationException("the run has not been started");
    }

    async Task StartAsync(CancellationToken ct)
    {
        screen.Progress($"tapline {VersionVerb.Tapline}   chaos in {folder.Root}, seed {options.Seed}: "
            + $"{options.Rounds} rounds, {Units.Count(options.ChangesPerSecond)} changes/s   (Ctrl-C stops it)");
        _postgres = await EmbeddedPostgres.StartAsync(folder.Postgres, ct);
        _connections = NpgsqlDataSource.Create(_postgres.ConnectionString);
        _business = new BarDatabase(_connections, new BarModel(options.Seed), time);
        var rows = await _business.CreateAsync(ct);
        if (options.Drift)
            await (_drift = new DriftWorkload(_connections, options.Seed, time)).CreateAsync(ct);
        _keys = await KeysAsync(_connections, ct);
        _pipeline = await ChaosPipeline.StartAsync(
            options, folder, lake, _postgres.ConnectionString, _connections, time, ct);
        _versions = new VersionCheck(LakeStore.Open(_pipeline.Config.Lake, time));
        screen.Progress($"  database with {Units.Count(rows)} rows; {string.Join(", ", options.Parts)} are started");
    }

    static async Task<IReadOnlyDictionary<string, string[]>> KeysAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand("""
            SELECT n.nspname || '.' || c.relname,
                array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum))
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
            WHERE i.indisprimary GROUP BY 1
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var keys = new Dictionary<string, string[]>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
            keys.Add(reader.GetString(0), reader.GetFieldValue<string[]>(1));
        return keys;
    }

    async Task<RoundReport> RoundAsync(int round, CancellationToken ct)
    {
        var plan = RoundPlan.Draw(_dice, options.RoundLength, options.Parts);
        var kills = new List<string>();
        try
        {
            return await RoundAsync(round, plan, kills, ct);
        }
        catch when (!ct.IsCancellationRequested)
        {
            screen.Progress($"round {round,3}  killed {string.Join("; ", kills)}");
            throw;
        }
    }

    async Task<RoundReport> RoundAsync(int round, RoundPlan plan, List<string> kills, CancellationToken ct)
    {
        Require();
        var changesBefore = _business.Changes;
        var started = time.GetTimestamp();
        var resynced = false;
        await _pipeline.WatchAsync(
            async c =>
            {
                var resync = ResyncAsync(round, plan, c);
                await Task.WhenAll(
                    DoBusinessAsync(StrikesAsync(round, plan, kills, c), c), CommitHugeAsync(round, c), resync);
                resynced = await resync;
            },
            ct);
        var length = time.GetElapsedTime(started);

        var (catchUp, rows, findings) = (TimeSpan.Zero, 0L, new List<Finding>());
        await _pipeline.WatchAsync(
            async c =>
            {
                catchUp = await CatchUpAsync(c);
                rows = await CheckAsync(findings, c);
            },
            ct);
        return new RoundReport(
            round, [.. kills], resynced, _business.Changes - changesBefore, length, catchUp, rows, [.. findings]);
    }

    async Task StrikesAsync(int round, RoundPlan plan, List<string> kills, CancellationToken ct)
    {
        Require();
        for (var strike = 0; round == 1 && strike < CopyStrikes; strike++)
        {
            var (moment, pause) = (CopyMomentMax * _dice.NextDouble(), CopyPauseMax * _dice.NextDouble());
            if (await _pipeline.StrikeCopyAsync(moment, pause, ct) is { } killed)
                kills.Add(killed);
        }
        var started = time.GetTimestamp();
        foreach (var strike in plan.Strikes)
        {
            await DelayUntilAsync(started, strike.At, ct);
            kills.Add(await _pipeline.StrikeAsync(strike, ct));
        }
        await DelayUntilAsync(started, options.RoundLength, ct);
    }

    // The round of the huge transaction always has one.
    async Task<bool> ResyncAsync(int round, RoundPlan plan, CancellationToken ct)
    {
        Require();
        if (_drift is null || (plan.ResyncAt ?? (IsMiddle(round) ? options.RoundLength / 2 : null)) is not { } moment)
            return false;
        await Task.Delay(moment, time, ct);
        await _pipeline.ResyncAsync(["app.*", DriftWorkload.Drifting], ct);
        return true;
    }

    bool IsMiddle(int round) => round == (options.Rounds + 1) / 2;

    async Task DelayUntilAsync(long started, TimeSpan moment, CancellationToken ct)
    {
        if (moment - time.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
            await Task.Delay(left, time, ct);
    }

    async Task CommitHugeAsync(int round, CancellationToken ct)
    {
        if (_drift is not null && options.HugeRows > 0 && IsMiddle(round))
            await _drift.CommitHugeAsync(round, options.HugeRows, ct);
    }

    // The load goes on for as long as the strikes take.
    async Task DoBusinessAsync(Task strikes, CancellationToken ct)
    {
        Require();
        using var until = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] loads =
        [
            _business.RunAsync(options.ChangesPerSecond, until.Token),
            .. _drift is null ? Array.Empty<Task>() : [_drift.RunAsync(until.Token)],
        ];
        await Task.WhenAny([strikes, .. loads]);
        await until.CancelAsync();
        try
        {
            await Task.WhenAll(loads);
        }
        catch (OperationCanceledException)
        {
            // Paused; the next round goes on where it ended.
        }
        await strikes;
    }

    async Task<TimeSpan> CatchUpAsync(CancellationToken ct)
    {
        Require();
        var started = time.GetTimestamp();
        await using var view = await RunningPipeline.StartAsync(_pipeline.Config, PipelineParts.None, time, logs, ct);
        await VerifyVerb.CatchUpOf(_pipeline.Config, view, options.CatchUpMax, _quiet)
            .WaitAsync(await _pipeline.CurrentLsnAsync(ct), ct);
        return time.GetElapsedTime(started);
    }

    async Task<long> CheckAsync(List<Finding> findings, CancellationToken ct)
    {
        Require();
        await using var view = await RunningPipeline.StartAsync(_pipeline.Config, PipelineParts.None, time, logs, ct);
        var verified = await VerifyVerb.VerifyAsync(_pipeline.Config, view, [], options.CatchUpMax, _quiet, ct);
        findings.AddRange(verified.Tables.Where(static table => !table.IsEqual).Select(Describe));
        using var session = await LakeStore.OpenSessionAsync(lake.Config, time, ct);
        findings.AddRange(new HistoryCheck(session, _keys).Run(ct));
        findings.AddRange(await _versions!.RunAsync(session.Tables.Select(static table => table.Root), ct));
        return verified.Rows;
    }

    // Nobody writes any more. What was removed must have been needed by nothing.
    async Task<CleanupReport> CleanUpAsync(CancellationToken ct)
    {
        Require();
        await _pipeline.DisposeAsync();
        var services = new DeltaServices(time, RunningPipeline.NewId);
        using var before = await LakeStore.OpenSessionAsync(lake.Config, time, ct);
        var report = await new LeftoverCheck(LakeStore.Open(lake.Config, time), services)
            .RunAsync(before.Tables.Select(static table => table.Root), ct);
        using var after = await LakeStore.OpenSessionAsync(lake.Config, time, ct);
        return report with { Findings = [.. report.Findings, .. new HistoryCheck(after, _keys).Run(ct)] };
    }

    static Finding Describe(TableVerification table)
    {
        var first = table.Differences.FirstOrDefault();
        var example = first is null
            ? ""
            : $", first {string.Join('/', first.Key)}: {first.Kind} {string.Join(',', first.Columns)}";
        return new Finding(
            FindingKind.Difference,
            table.Table.ToString(),
            Math.Max(1, table.Differences.Length),
            $"rows differ ({table.SourceRows} in the database, {table.LakeRows} in the lake{example})");
    }
}
