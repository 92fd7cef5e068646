using System.Collections.Concurrent;
using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres;

/// <summary>Counts what a source does. Written by its tasks, read by anybody.</summary>
sealed class SourceMeter(TimeProvider time)
{
    static readonly TimeSpan _window = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<TableId, TableMeter> _tables = new();
    readonly Lock _rateLock = new();
    long _total;
    long _windowStart = time.GetTimestamp();
    long _windowTotal;
    double _lastRate;
    int _phase;
    long _received;
    long _acknowledged;
    long _lag;

    public SourcePhase Phase
    {
        get => (SourcePhase)Volatile.Read(ref _phase);
        set => Volatile.Write(ref _phase, (int)value);
    }

    public long ReceivedLsn
    {
        get => Volatile.Read(ref _received);
        set => Volatile.Write(ref _received, value);
    }

    public long AcknowledgedLsn
    {
        get => Volatile.Read(ref _acknowledged);
        set => Volatile.Write(ref _acknowledged, value);
    }

    public long SlotLagBytes
    {
        get => Volatile.Read(ref _lag);
        set => Volatile.Write(ref _lag, value);
    }

    public TableMeter Table(TableId table) => _tables.GetOrAdd(table, static _ => new TableMeter());

    public void CountCopied(TableMeter table)
    {
        Interlocked.Increment(ref table.Copied);
        Interlocked.Increment(ref _total);
    }

    public void CountStreamed(TableMeter table)
    {
        Interlocked.Increment(ref table.Streamed);
        Interlocked.Increment(ref _total);
    }

    public SourceStatus Read()
    {
        var tables = _tables.OrderBy(static t => t.Key)
            .Select(static t => new TableStatus(
                t.Key,
                Interlocked.Read(ref t.Value.Copied),
                Interlocked.Read(ref t.Value.Estimated),
                Interlocked.Read(ref t.Value.Streamed)))
            .ToArray();
        var rate = Rate();
        var left = tables.Sum(static t => Math.Max(0, t.RowsEstimated - t.RowsCopied));
        TimeSpan? eta = Phase == SourcePhase.Snapshot && rate > 0 ? TimeSpan.FromSeconds(left / rate) : null;
        return new SourceStatus(Phase, [.. tables], rate, ReceivedLsn, AcknowledgedLsn, SlotLagBytes, eta);
    }

    // The rate of the last full window; of the running one while there is no other.
    double Rate()
    {
        lock (_rateLock)
        {
            var elapsed = time.GetElapsedTime(_windowStart);
            var total = Interlocked.Read(ref _total);
            var running = elapsed > TimeSpan.Zero ? (total - _windowTotal) / elapsed.TotalSeconds : 0;
            if (elapsed >= _window)
            {
                (_windowStart, _windowTotal, _lastRate) = (time.GetTimestamp(), total, running);
                return running;
            }
            return _lastRate > 0 ? _lastRate : running;
        }
    }
}

/// <summary>The counts of one table.</summary>
sealed class TableMeter
{
    public long Copied;
    public long Estimated;
    public long Streamed;
}
