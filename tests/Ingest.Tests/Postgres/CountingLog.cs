using Tapline.Contracts.Log;

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>A log that counts data records and keeps none of them, so that memory is the source's alone.</summary>
sealed class CountingLog(IEventLog log) : TappedLog(log)
{
    long _dataRecords;

    public long DataRecords => Volatile.Read(ref _dataRecords);

    protected override ValueTask AppendAsync(IEventProducer producer, EventRecord record, CancellationToken ct)
    {
        if (!IsData(record))
            return producer.AppendAsync(record, ct);
        Interlocked.Increment(ref _dataRecords);
        return default;
    }
}
