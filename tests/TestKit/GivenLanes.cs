using Tapline.Contracts.Log;

namespace Tapline.TestKit;

/// <summary>Lanes that somebody gives and takes at will, rightly or not.</summary>
public sealed class GivenLanes(params IReadOnlyCollection<int> lanes) : ILaneOwnership
{
    readonly Lock _lock = new();
    IReadOnlyCollection<int> _lanes = lanes;
    TaskCompletionSource _changed = NewSignal();

    /// <summary>Owns these from now on.</summary>
    public void Give(params IReadOnlyCollection<int> owned)
    {
        lock (_lock)
            _lanes = owned;
        Wake();
    }

    /// <inheritdoc/>
    public async Task RunAsync(Func<IReadOnlyCollection<int>, Task> own, CancellationToken ct)
    {
        using var registration = ct.Register(Wake);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var (owned, changed) = Read();
            await own(owned);
            await changed;
        }
    }

    void Wake()
    {
        TaskCompletionSource changed;
        lock (_lock)
            (changed, _changed) = (_changed, NewSignal());
        changed.SetResult();
    }

    (IReadOnlyCollection<int> Lanes, Task Changed) Read()
    {
        lock (_lock)
            return (_lanes, _changed.Task);
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
