namespace Tapline.Kafka.Broker.Log;

/// <summary>Wakes those who wait for a partition to grow.</summary>
sealed class AppendSignals
{
    readonly Lock _changing = new();
    AppendSignal[] _waiting = [];

    public void Add(AppendSignal signal)
    {
        lock (_changing)
            _waiting = [.. _waiting, signal];
    }

    public void Remove(AppendSignal signal)
    {
        lock (_changing)
            _waiting = [.. _waiting.Where(waiting => waiting != signal)];
    }

    public void Pulse()
    {
        foreach (var signal in Volatile.Read(ref _waiting))
            signal.Pulse();
    }
}

/// <summary>One waiter's bell; several partitions may ring it.</summary>
sealed class AppendSignal
{
    TaskCompletionSource _rung = NewSource();

    /// <summary>Done when something was appended since <see cref="Reset"/>.</summary>
    public Task Rung => Volatile.Read(ref _rung).Task;

    public void Reset() => Volatile.Write(ref _rung, NewSource());

    public void Pulse() => Volatile.Read(ref _rung).TrySetResult();

    static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
