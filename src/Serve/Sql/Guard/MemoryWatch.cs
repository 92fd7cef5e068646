namespace Tapline.Serving.Sql.Guard;

/// <summary>Looks, while statements run, at how much the whole process has grown: values that a function makes are not
/// among what DuckDB counts.</summary>
sealed class MemoryWatch : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    // Time for the statement that was stopped last to give back what it has.
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    readonly long _growthBytesMax;
    readonly Action _stopOne;
    readonly TimeProvider _time;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    long _before;
    long _stoppedAt;
    int _running;

    public MemoryWatch(long growthBytesMax, Action stopOne, TimeProvider time)
    {
        (_growthBytesMax, _stopOne, _time) = (growthBytesMax, stopOne, time);
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A statement begins.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            if (_running++ > 0)
                return;
            _before = Environment.WorkingSet;
            _timer.Change(Interval, Interval);
        }
    }

    /// <summary>A statement has ended.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_running == 0)
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    void Look()
    {
        lock (_lock)
        {
            if (_running == 0 || Environment.WorkingSet - _before <= _growthBytesMax
                || (_stoppedAt != 0 && _time.GetElapsedTime(_stoppedAt) < Patience))
                return;
            _stoppedAt = _time.GetTimestamp();
        }
        _stopOne();
    }
}
