namespace Tapline.Cli.Bench;

/// <summary>What a measured thing is in its section.</summary>
enum BenchRole
{
    /// <summary>What Tapline does.</summary>
    Ours,
    /// <summary>Another way to do the same.</summary>
    Peer,
    /// <summary>Less than the same: nothing that does the work can be faster.</summary>
    Floor,
}

/// <summary>One run of one candidate.</summary>
/// <param name="Value">In the section's unit.</param>
/// <param name="CpuNs">Processor time of this process for each event or row.</param>
/// <param name="AllocatedBytes">Managed memory allocated for each event or row.</param>
/// <param name="PeakBytes">The most memory that this process held at once; null where it says nothing.</param>
readonly record struct BenchRun(double Value, double CpuNs, double AllocatedBytes, long? PeakBytes = null);

/// <summary>One candidate of a section with its runs.</summary>
sealed record BenchLine(string Name, BenchRole Role, IReadOnlyList<BenchRun> Runs)
{
    /// <summary>The middle run's value.</summary>
    public double Value => Median(static run => run.Value);

    /// <summary>The smallest value.</summary>
    public double Least => Runs.Min(static run => run.Value);

    /// <summary>The largest value.</summary>
    public double Most => Runs.Max(static run => run.Value);

    /// <summary>Processor nanoseconds of this process for each event or row.</summary>
    public double CpuNs => Median(static run => run.CpuNs);

    /// <summary>Managed bytes allocated for each event or row.</summary>
    public double AllocatedBytes => Median(static run => run.AllocatedBytes);

    /// <summary>The most memory that this process held in any run.</summary>
    public long? PeakBytes => Runs.Max(static run => run.PeakBytes);

    double Median(Func<BenchRun, double> of)
    {
        var sorted = Runs.Select(of).Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

/// <summary>Candidates that were measured in turn, so that what else the machine does hits all of them.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Unit">Of the values: <c>ns/event</c>, <c>ms/commit</c>, <c>rows/s</c>.</param>
/// <param name="Lines">Ours first.</param>
sealed record BenchSection(string Name, string Unit, IReadOnlyList<BenchLine> Lines)
{
    /// <summary>How a line's value stands to the first of ours.</summary>
    public double ToOurs(BenchLine line) =>
        line.Value / Lines.First(static other => other.Role == BenchRole.Ours).Value;
}
