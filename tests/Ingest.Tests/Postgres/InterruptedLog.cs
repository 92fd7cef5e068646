using Tapline.Contracts.Log;

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>A log before whose first data record something else happens, while the source waits.</summary>
sealed class InterruptedLog(IEventLog log, Func<Task> interruption) : TappedLog(log)
{
    int _hasHappened;

    protected override async ValueTask AppendAsync(
        IEventProducer producer, EventRecord record, CancellationToken ct)
    {
        if (IsData(record) && Interlocked.Exchange(ref _hasHappened, 1) == 0)
            await interruption();
        await producer.AppendAsync(record, ct);
    }
}
