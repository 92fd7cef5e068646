namespace Tapline.Cli.Bench;

/// <summary>Measures candidates on one thread, in turn, several times. The value is processor time, not time that
/// passes: a busy machine lengthens mostly the latter.</summary>
sealed class StageRace(int runs, BenchProgress progress)
{
    const double NsPerTick = 1e9 / TimeSpan.TicksPerSecond;

    /// <summary>How many steps of progress a section takes.</summary>
    public const int StepsOfSection = 1;

    /// <summary>Runs each candidate once to warm up, then all in turn.</summary>
    public BenchSection Run(string name, int events, params IReadOnlyList<StageCandidate> candidates)
    {
        progress.Step(name);
        var results = candidates.Select(static _ => new List<BenchRun>()).ToArray();
        for (var run = -1; run < runs; run++)
        {
            for (var i = 0; i < candidates.Count; i++)
            {
                var measured = RunOnce(candidates[i], events);
                if (run >= 0)
                    results[i].Add(measured);
            }
        }
        return new BenchSection(name, "ns/event",
            [.. candidates.Select((candidate, i) => new BenchLine(candidate.Name, candidate.Role, results[i]))]);
    }

    static BenchRun RunOnce(StageCandidate candidate, int events)
    {
        var body = candidate.Prepare();
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Environment.CpuUsage.TotalTime;
        body();
        var ns = (Environment.CpuUsage.TotalTime - cpu).Ticks * NsPerTick / events;
        return new BenchRun(ns, ns, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)events);
    }
}

/// <summary>One way to do a stage.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Role">Ours, a peer or a floor.</param>
/// <param name="Prepare">Makes what a run needs, outside the measurement, and gives the run: all events, once.</param>
sealed record StageCandidate(string Name, BenchRole Role, Func<Action> Prepare);
