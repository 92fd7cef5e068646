namespace Tapline.Cli.Bench;

/// <summary>Measures how fast rows go through something that uses the whole machine: by time that passes.</summary>
sealed class RunMeter(int rows, TimeProvider time)
{
    readonly Dictionary<string, BenchLine> _lines = [];

    /// <summary>What was measured, in the order in which it first was.</summary>
    public BenchSection Section(string name) => new(name, "rows/s", [.. _lines.Values]);

    /// <summary>Measures one run of a candidate.</summary>
    public async Task RunAsync(string name, BenchRole role, Func<Task> body)
    {
        PeakMemory.Reset();
        var (allocated, cpu) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime);
        var began = time.GetTimestamp();
        await body();
        var seconds = time.GetElapsedTime(began).TotalSeconds;
        // A floor works in a process of its own: what this one does meanwhile says nothing.
        var run = role == BenchRole.Floor
            ? new BenchRun(rows / seconds, 0, 0)
            : new BenchRun(
                rows / seconds,
                (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / rows,
                (GC.GetTotalAllocatedBytes() - allocated) / (double)rows,
                PeakMemory.Read());
        _lines[name] = _lines.TryGetValue(name, out var line)
            ? line with { Runs = [.. line.Runs, run] }
            : new BenchLine(name, role, [run]);
    }
}
