using Tapline.Contracts.Log;

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>A log that fails for good after a number of data records, as if the process had died there: what was
/// appended before stays in the log below.</summary>
sealed class CrashingLog(IEventLog log, int recordsMax) : TappedLog(log)
{
    int _left = recordsMax;

    public bool HasCrashed => Volatile.Read(ref _left) < 0;

    protected override ValueTask AppendAsync(IEventProducer producer, EventRecord record, CancellationToken ct)
    {
        Check(IsData(record));
        return producer.AppendAsync(record, ct);
    }

    protected override Task FlushAsync(IEventProducer producer, CancellationToken ct)
    {
        Check(counts: false);
        return producer.FlushAsync(ct);
    }

    void Check(bool counts)
    {
        if (counts ? Interlocked.Decrement(ref _left) < 0 : HasCrashed)
            throw new CrashException();
    }
}

/// <summary>The crash.</summary>
sealed class CrashException : Exception;
