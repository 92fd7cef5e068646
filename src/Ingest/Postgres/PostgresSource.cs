using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Progress;
using Tapline.Ingest.Postgres.Signals;
using Tapline.Ingest.Postgres.Snapshot;
using Tapline.Ingest.Postgres.Streaming;

namespace Tapline.Ingest.Postgres;

/// <summary>Copies the tables of a PostgreSQL database into topics and then follows their changes, as Debezium's JSON
/// envelopes. At least once: a position is acknowledged to the database only after the log has every record before it;
/// what is sent twice after a failure carries the same positions as the first time.</summary>
public sealed class PostgresSource
{
    static readonly TimeSpan _backoffMin = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan _backoffMax = TimeSpan.FromSeconds(30);
    static readonly TimeSpan _slotWaitMax = TimeSpan.FromSeconds(15);

    readonly PostgresSourceOptions _options;
    readonly IEventLog _log;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly SourceMeter _meter;

    /// <summary>Prepares a source; <see cref="RunAsync"/> starts it.</summary>
    public PostgresSource(PostgresSourceOptions options, IEventLog log, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _log = log;
        _time = time;
        _logger = logs.CreateLogger("Tapline.Ingest.Postgres");
        _meter = new SourceMeter(time);
    }

    /// <summary>What the source is doing right now.</summary>
    public SourceStatus Status => _meter.Read();

    /// <summary>Runs until cancelled, across lost connections. Throws <see cref="TaplineException"/> for what a
    /// person has to change: a database that cannot be captured, a slot that is lost or somebody else's.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await _log.EnsureTopicsAsync([new TopicSpec(TopicNames.Heartbeat(_options.Prefix), 1)], ct);
        if (_options.WritesTransactions)
            await _log.EnsureTopicsAsync([new TopicSpec(TopicNames.Transactions(_options.Prefix), 1)], ct);
        await using var progress = await ProgressLog.OpenAsync(_log, _options.Prefix, ct);
        await using var registry = await TableRegistry.OpenAsync(_log, _options, _logger, ct);
        await using var database = new NpgsqlDataSourceBuilder(
            SourceSession.ConnectionString(_options.ConnectionString)).Build();
        var tables = await new SourceSetup(database, _options, _logger).PrepareAsync(ct);
        foreach (var table in tables)
            _meter.Table(table.Id);
        var delay = _backoffMin;
        var taken = _time.GetTimestamp();
        while (true)
        {
            var started = _time.GetTimestamp();
            string reason;
            try
            {
                await RunOnceAsync(database, progress, registry, tables, ct);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ObjectInUse)
            {
                // The server may not have noticed yet that this source's connection before this one is gone.
                if (_time.GetElapsedTime(taken) > _slotWaitMax)
                    throw SlotFailure.InUse(_options, exception);
                reason = exception.MessageText;
                delay = _backoffMin;
            }
            catch (PostgresException exception) when (SlotFailure.From(exception, _options) is { } failure)
            {
                throw failure;
            }
            catch (Exception exception) when (IsTransient(exception) && !ct.IsCancellationRequested)
            {
                reason = exception.Message;
                if (_time.GetElapsedTime(started) > _backoffMax)
                    delay = _backoffMin;
                taken = _time.GetTimestamp();
            }
            _logger.ConnectionLost(reason, delay);
            await Task.Delay(delay, _time, ct);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, _backoffMax.Ticks));
        }
    }

    /// <summary>Drops the source's slot, so that the next start copies every table again. Nothing may run
    /// meanwhile.</summary>
    public static async Task ResyncAsync(PostgresSourceOptions options, IEventLog log, CancellationToken ct)
    {
        await using var progress = await ProgressLog.OpenAsync(log, options.Prefix, ct);
        await using var database = new NpgsqlDataSourceBuilder(
            SourceSession.ConnectionString(options.ConnectionString)).Build();
        await new SlotSetup(database, options, progress, TimeProvider.System, NullLogger.Instance).ForgetAsync(ct);
    }

    async Task RunOnceAsync(
        NpgsqlDataSource database,
        ProgressLog progress,
        TableRegistry registry,
        List<SourceTable> tables,
        CancellationToken ct)
    {
        var slot = new SlotSetup(database, _options, progress, _time, _logger);
        var confirmed = await slot.CheckAsync(ct);
        await slot.ReopenForNewTablesAsync(tables, ct);
        var watch = new SlotWatch(database, _options, _meter, _time, _logger);
        await TaskScope.RunBesideAsync(
            async c =>
            {
                if (progress.Slot is not { Stage: CopyStage.Copied })
                {
                    _meter.Phase = SourcePhase.Snapshot;
                    var copy = new InitialCopy(database, _options, _log, progress, registry, _meter, _time, _logger);
                    confirmed = await slot.CopyAsync(tables, copy, c);
                }
                _meter.Phase = SourcePhase.Streaming;
                using var rereads = new RereadQueue(progress, _logger);
                TableId[] captured = [.. tables.Select(static t => t.Id)];
                var stream = new ChangeStream(
                    database, _options, _log, registry, captured, rereads, _meter, _time, _logger);
                await stream.RunAsync(confirmed, c);
            },
            [watch.RunAsync],
            ct);
    }

    static bool IsTransient(Exception exception) => exception switch
    {
        // Class 08 is the connection's, 57 the operator's (shutdown), 53 resources.
        PostgresException postgres => postgres.SqlState[..2] is "08" or "57" or "53",
        TaplineException failure => failure.IsTransient,
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        _ => false,
    };
}
