namespace Tapline.Cli.Bench.Lake;

/// <summary>Gathers what is measured of lakes, so that lines which belong together stand together although they were
/// measured at different times.</summary>
sealed class LakeResults
{
    readonly List<BenchSection> _sections = [];

    /// <summary>Sections in the order in which they first had a line.</summary>
    public IReadOnlyList<BenchSection> Sections => _sections;

    /// <summary>Adds a line to a section.</summary>
    public void Add(string section, string unit, BenchLine line)
    {
        var place = _sections.FindIndex(known => known.Name == section);
        if (place < 0)
            _sections.Add(new BenchSection(section, unit, [line]));
        else
            _sections[place] = _sections[place] with { Lines = [.. _sections[place].Lines, line] };
    }

    /// <summary>Adds a line of ours that was measured once.</summary>
    public void Add(string section, string unit, string name, BenchRun run) =>
        Add(section, unit, new BenchLine(name, BenchRole.Ours, [run]));

    /// <summary>Adds the middle of latencies, and where there are enough of them the one that 99 of 100 do not
    /// exceed.</summary>
    public void AddLatencies(string section, string name, IReadOnlyList<TimeSpan> latencies)
    {
        Add(section, "ms", new BenchLine(name, BenchRole.Ours, [.. latencies.Select(Milliseconds)]));
        if (latencies.Count < 100)
            return;
        var slow = latencies.Order().ElementAt(latencies.Count * 99 / 100);
        Add(section, "ms", $"{name}: 99 of 100", Milliseconds(slow));
    }

    /// <summary>A time as a run.</summary>
    public static BenchRun Milliseconds(TimeSpan time) => new(time.TotalMilliseconds, 0, 0);
}
