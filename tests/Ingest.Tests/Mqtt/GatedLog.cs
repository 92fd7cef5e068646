using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Mqtt;

/// <summary>A log in memory that acknowledges when it is let, and refuses when it is told to.</summary>
sealed class GatedLog() : TappedLog(new MemoryEventLog(TimeProvider.System))
{
    TaskCompletionSource _gate = Opened();
    int _refusals;

    /// <summary>No acknowledgement until <see cref="Open"/>.</summary>
    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Acknowledges what waits.</summary>
    public void Open() => _gate.TrySetResult();

    /// <summary>Lets so many flushes fail although the records are written, as a lost answer does.</summary>
    public void Refuse(int count) => _refusals = count;

    protected override ValueTask AppendAsync(
        IEventProducer producer, EventRecord record, CancellationToken ct) => producer.AppendAsync(record, ct);

    protected override async Task FlushAsync(IEventProducer producer, CancellationToken ct)
    {
        await _gate.Task.WaitAsync(ct);
        if (Interlocked.Decrement(ref _refusals) >= 0)
            throw new TaplineException("the answer was lost") { IsTransient = true };
    }

    static TaskCompletionSource Opened()
    {
        var gate = new TaskCompletionSource();
        gate.SetResult();
        return gate;
    }
}
