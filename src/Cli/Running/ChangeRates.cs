using Tapline.Streaming;

namespace Tapline.Cli.Running;

/// <summary>Changes a second of each table, over the last few seconds.</summary>
sealed class ChangeRates(TimeProvider time)
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(4);
    readonly Queue<(long At, Dictionary<string, long> Changes)> _samples = new();

    /// <summary>Notes where the tables stand now.</summary>
    public void Add(StreamStatus status)
    {
        var changes = status.Tables.ToDictionary(static table => table.Table, static table => table.Changes);
        _samples.Enqueue((time.GetTimestamp(), changes));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At) > Window)
            _samples.Dequeue();
    }

    /// <summary>The rate of one table.</summary>
    public double Of(string table)
    {
        if (_samples.Count < 2)
            return 0;
        var (first, last) = (_samples.Peek(), _samples.Last());
        var seconds = time.GetElapsedTime(first.At, last.At).TotalSeconds;
        var changed = last.Changes.GetValueOrDefault(table) - first.Changes.GetValueOrDefault(table);
        return seconds > 0 ? Math.Max(0, changed) / seconds : 0;
    }
}
