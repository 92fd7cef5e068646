namespace Tapline.Simulation.Tests.Scheduling;

/// <summary>A program that runs in a simulation: it can be killed, so that nothing in it ever goes on, or frozen for a
/// while, so that it goes on late and knows nothing of it.</summary>
sealed class Process(Scheduler scheduler, string name, bool isWorker = false) : SynchronizationContext
{
    readonly List<(SendOrPostCallback Callback, object? State)> _frozen = [];
    bool _isFrozen;
    Task? _main;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it is one of the workers, whose requests fail.</summary>
    public bool IsWorker { get; } = isWorker;

    /// <summary>Whether it was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether it has come to its end by itself.</summary>
    public bool IsEnded => _main?.IsCompleted == true;

    /// <summary>Why it ended; null when it has not or was right to.</summary>
    public Exception? Failure => _main?.Exception?.InnerException;

    /// <summary>Begins.</summary>
    public void Start(Func<Task> main) => Post(_ => _main = main(), null);

    /// <summary>Nothing in it goes on from here.</summary>
    public void Kill()
    {
        IsDead = true;
        _frozen.Clear();
    }

    /// <summary>Nothing in it goes on until a time has passed.</summary>
    public void Freeze(TimeSpan duration)
    {
        _isFrozen = true;
        scheduler.After(duration, Thaw);
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
            scheduler.Add(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("nothing waits for another in a simulation");

    public override SynchronizationContext CreateCopy() => this;

    internal void Run(SendOrPostCallback callback, object? state)
    {
        if (IsDead)
            return;
        if (_isFrozen)
        {
            _frozen.Add((callback, state));
            return;
        }
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    void Thaw()
    {
        _isFrozen = false;
        foreach (var (callback, state) in _frozen)
            Post(callback, state);
        _frozen.Clear();
    }
}
