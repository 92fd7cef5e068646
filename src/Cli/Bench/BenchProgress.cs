using Tapline.Cli.Terminal;

namespace Tapline.Cli.Bench;

/// <summary>Says what is being measured, and about how long the rest takes: as long for each step as those so far.
/// </summary>
sealed class BenchProgress(Screen screen, TimeProvider time)
{
    readonly long _started = time.GetTimestamp();
    int _planned;
    int _done = -1;

    /// <summary>That many more steps are to come.</summary>
    public void Plan(int steps) => _planned += steps;

    /// <summary>The step before is over, this one begins.</summary>
    public void Step(string what)
    {
        _done++;
        var left = time.GetElapsedTime(_started) * ((double)(_planned - _done) / Math.Max(1, _done));
        var estimate = _done < 1 || _planned <= _done ? "" : $", about {Units.Time(left)} left";
        screen.Progress($"  {Math.Min(_done + 1, _planned)}/{_planned} {what}{estimate}");
    }

    /// <summary>A remark.</summary>
    public void Note(string text) => screen.Progress($"  {text}");
}
