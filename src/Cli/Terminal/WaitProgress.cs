namespace Tapline.Cli.Terminal;

/// <summary>Tells how a wait goes on: nothing while it is short, then a line now and then with an estimate of the
/// rest.</summary>
sealed class WaitProgress(Screen screen, TimeProvider time, TimeSpan silentMax)
{
    readonly long _started = time.GetTimestamp();
    long _told = time.GetTimestamp();
    long _first = -1;

    /// <summary>Since the wait began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>Notes how much is left, and says so when the last word is old enough.</summary>
    public void Report(string purpose, long left, Func<long, string> unit)
    {
        _first = _first < 0 ? left : _first;
        if (time.GetElapsedTime(_told) < silentMax)
            return;
        _told = time.GetTimestamp();
        var done = _first - left;
        var rest = done > 0 ? $", about {Units.Time(Elapsed * ((double)left / done))} left" : "";
        screen.Progress($"  {purpose}: {unit(left)} to go{rest}");
    }
}
