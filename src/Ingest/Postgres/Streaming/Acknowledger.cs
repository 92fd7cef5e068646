using Microsoft.Extensions.Logging;
using Npgsql.Replication;
using NpgsqlTypes;
using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Tells the slot how far it may forget: up to commits whose every record the log has acknowledged, and, while
/// nothing is under way, up to whatever the server has sent.</summary>
sealed class Acknowledger(
    LogicalReplicationConnection connection,
    IEventProducer producer,
    SourceMeter meter,
    TimeSpan interval,
    TimeProvider time,
    ILogger logger)
{
    bool _open;
    long _committed;
    long _acknowledged;

    /// <summary>A transaction's first record is about to be appended.</summary>
    public void Begun() => Volatile.Write(ref _open, true);

    /// <summary>A transaction's every record was appended.</summary>
    public void Committed(long endLsn)
    {
        Volatile.Write(ref _committed, endLsn);
        meter.ReceivedLsn = endLsn;
        Volatile.Write(ref _open, false);
    }

    /// <summary>Acknowledges again and again, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(ct))
            await AcknowledgeAsync(ct);
    }

    /// <summary>Waits for the log and acknowledges what was committed before the call.</summary>
    public async Task AcknowledgeAsync(CancellationToken ct)
    {
        // In this order: what the server had sent before the stream was seen idle holds no part of an open transaction.
        var sent = unchecked((long)(ulong)connection.LastReceivedLsn);
        var target = Volatile.Read(ref _open) ? 0 : sent;
        target = Math.Max(target, Volatile.Read(ref _committed));
        if (target <= _acknowledged)
            return;
        await producer.FlushAsync(ct);
        connection.SetReplicationStatus(new NpgsqlLogSequenceNumber(unchecked((ulong)target)));
        // A few bytes, which are not given up half-way: the connection goes on.
        await connection.SendStatusUpdate(CancellationToken.None);
        _acknowledged = target;
        meter.AcknowledgedLsn = target;
        logger.Acknowledged(SourcePosition.FormatLsn(target));
    }
}
