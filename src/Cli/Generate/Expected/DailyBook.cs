using System.Globalization;

namespace Tapline.Cli.Generate.Expected;

/// <summary>Sums by day and by whom they belong to, written to a file when nothing can change them any more.</summary>
/// <param name="name">The file's name, without its end.</param>
/// <param name="keys">The names of the keys.</param>
/// <param name="measures">The names of the sums; one that begins with <c>$</c> counts cents and is written as
/// money.</param>
/// <param name="openDays">For how many days after its own a day's sums may change.</param>
sealed class DailyBook(string name, string[] keys, string[] measures, int openDays) : IDisposable
{
    readonly SortedDictionary<DateOnly, Dictionary<BookKey, long[]>> _days = [];
    readonly long[] _totals = new long[measures.Length];
    StreamWriter? _file;
    DateOnly _written = DateOnly.MinValue;

    /// <summary>The sums over all days and keys.</summary>
    public IEnumerable<(string Measure, decimal Total)> Totals =>
        measures.Select((measure, i) => (measure.TrimStart('$'), measure[0] == '$' ? _totals[i] / 100m : _totals[i]));

    /// <summary>The file's name, without its end.</summary>
    public string Name => name;

    /// <summary>Writes what is settled to a file in a folder from now on. Without it that is only added up.</summary>
    public void WriteTo(string folder)
    {
        _file = new StreamWriter(Path.Combine(folder, $"{name}.csv")) { NewLine = "\n" };
        _file.WriteLine(
            string.Join(',', [.. keys, "date", .. measures.Select(static measure => measure.TrimStart('$'))]));
    }

    /// <summary>Adds to sums of a day, in the order of the measures.</summary>
    public void Add(BookKey key, DateOnly day, params ReadOnlySpan<long> amounts)
    {
        if (day <= _written)
            throw new InvalidOperationException($"{name}: {day:yyyy-MM-dd} has been settled");
        if (!_days.TryGetValue(day, out var entries))
            _days.Add(day, entries = []);
        if (!entries.TryGetValue(key, out var sums))
            entries.Add(key, sums = new long[measures.Length]);
        for (var i = 0; i < amounts.Length; i++)
        {
            sums[i] += amounts[i];
            _totals[i] += amounts[i];
        }
    }

    /// <summary>A day begins: what is old enough is settled.</summary>
    public void BeginDay(DateOnly day) => Settle(day.AddDays(-openDays - 1));

    /// <summary>Settles everything.</summary>
    public void Complete()
    {
        Settle(DateOnly.MaxValue);
        _file?.Flush();
    }

    public void Dispose() => _file?.Dispose();

    void Settle(DateOnly last)
    {
        while (_days.Count > 0 && _days.First() is var (day, entries) && day <= last)
        {
            if (_file is { } file)
                Write(file, day, entries);
            _days.Remove(day);
        }
        _written = last;
    }

    void Write(StreamWriter file, DateOnly day, Dictionary<BookKey, long[]> entries)
    {
        foreach (var (key, sums) in entries.OrderBy(static entry => entry.Key))
        {
            if (Array.TrueForAll(sums, static sum => sum == 0))
                continue;
            for (var i = 0; i < keys.Length; i++)
                file.Write(key[i].ToString() + ',');
            file.Write(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            for (var i = 0; i < sums.Length; i++)
            {
                file.Write(',');
                file.Write(measures[i][0] == '$'
                    ? (sums[i] / 100m).ToString("F2", CultureInfo.InvariantCulture)
                    : sums[i].ToString(CultureInfo.InvariantCulture));
            }
            file.WriteLine();
        }
    }
}
