namespace Tapline.Simulation.Tests.Scheduling;

/// <summary>Runs everything of a simulation on the thread that made it: of what could go on now a seed picks the next,
/// and when nothing can, the clock jumps to the next timer.</summary>
sealed class Scheduler(int seed)
{
    readonly int _thread = Environment.CurrentManagedThreadId;
    readonly List<(Process Owner, SendOrPostCallback Callback, object? State)> _ready = [];
    readonly PriorityQueue<Action, (long DueTicks, long Order)> _timers = new();
    long _order;
    volatile bool _isLeft;

    /// <summary>The one source of chance.</summary>
    public Random Chance { get; } = new(seed);

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How much was done so far.</summary>
    public int StepCount { get; private set; }

    /// <summary>Does something after a time, in no process.</summary>
    public void After(TimeSpan delay, Action action) =>
        _timers.Enqueue(action, ((Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero)).Ticks, _order++));

    /// <summary>A time between none and a longest.</summary>
    public TimeSpan UpTo(double secondsMax) => TimeSpan.FromSeconds(Chance.NextDouble() * secondsMax);

    /// <summary>Goes on by one continuation or timer; false when there is nothing left to do.</summary>
    public bool Step()
    {
        if (_isLeft)
            throw new InvalidOperationException("a continuation left the scheduler and came back from another thread");
        StepCount++;
        if (_ready.Count > 0)
        {
            var picked = Chance.Next(_ready.Count);
            var (owner, callback, state) = _ready[picked];
            _ready.RemoveAt(picked);
            owner.Run(callback, state);
            return true;
        }
        if (!_timers.TryDequeue(out var action, out var due))
            return false;
        Now = TimeSpan.FromTicks(due.DueTicks);
        action();
        return true;
    }

    internal void Add(Process owner, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            _ready.Add((owner, callback, state));
        else
            _isLeft = true;
    }
}
