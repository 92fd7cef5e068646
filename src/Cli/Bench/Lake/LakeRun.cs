namespace Tapline.Cli.Bench.Lake;

/// <summary>One lake that is filled, changed and loaded again, and what that took.</summary>
/// <param name="options">How much.</param>
/// <param name="rows">How many rows this lake gets.</param>
/// <param name="name">What its lines are called.</param>
/// <param name="lane">The lane before it.</param>
/// <param name="results">Where the lines go.</param>
sealed class LakeRun(BenchOptions options, int rows, string name, LaneUnderTest lane, LakeResults results)
{
    const int RowsOfLoad = 50_000;

    readonly Random _dice = new(rows);
    readonly ZipfNumbers _zipf = new(rows, new Random(rows));

    /// <summary>The changes of a small commit.</summary>
    public int SmallBatch => Math.Max(1, Math.Min(1_000, rows / 100));

    /// <summary>The changes of a large commit.</summary>
    public int Batch => Math.Max(1, Math.Min(10_000, rows / 10));

    /// <summary>The section of first loads.</summary>
    public static string FirstLoad(BenchOptions options) => $"lake: first load of {options.Rows} rows";

    /// <summary>The section of upserts.</summary>
    public static string Upserts(BenchOptions options, int batch) =>
        $"lake: upserts into {options.Rows} rows, {batch} a commit";

    /// <summary>The section of bytes.</summary>
    public static string Written(int batch) => $"lake: bytes written, {batch} changes a commit";

    /// <summary>The section of restarts.</summary>
    public static string Restart(BenchOptions options) => $"lake: from a start with {options.Rows} rows to a commit";

    /// <summary>Brings all rows into the empty lake.</summary>
    public async Task FillAsync(CancellationToken ct)
    {
        PeakMemory.Reset();
        var total = default(LaneCost);
        foreach (var numbers in Enumerable.Range(0, rows).Chunk(RowsOfLoad))
        {
            total += await lane.ReadAsync(numbers, ct);
        }
        var run = Rate(total, rows) with { PeakBytes = PeakMemory.Read() };
        results.Add(FirstLoad(options), "rows/s", name, run);
        var (written, _) = lane.Lake.Take();
        results.Add("lake: bytes written, first load", "B/row", name, new BenchRun(written.Total / (double)rows, 0, 0));
    }

    /// <summary>Changes rows at random, a thousand a commit; adds nothing yet.</summary>
    public async Task<List<BenchRun>> ChangeLittleAsync(int commits, CancellationToken ct)
    {
        var runs = new List<BenchRun>();
        for (var i = 0; i < commits; i++)
            runs.Add(Rate(await lane.UpdateAsync(Uniform(SmallBatch), ct), SmallBatch));
        return runs;
    }

    /// <summary>Adds the lines of small commits.</summary>
    public void AddLittle(IReadOnlyList<BenchRun> runs)
    {
        var (written, commits) = lane.Lake.Take();
        results.Add(
            Upserts(options, SmallBatch), "changes/s", new BenchLine($"{name}, uniform", BenchRole.Ours, runs));
        AddWritten(SmallBatch, $"{name}, uniform", written, runs.Count);
        results.AddLatencies($"lake: commit of {SmallBatch} changes", name, commits);
    }

    /// <summary>Changes rows, ten thousand a commit, at random and then few of them often.</summary>
    public async Task ChangeMuchAsync(int commits, CancellationToken ct)
    {
        await ChangeMuchAsync(commits, $"{name}, uniform", Uniform, ct);
        await ChangeMuchAsync(commits, $"{name}, zipf", Zipf, ct);
    }

    /// <summary>Starts the lane over.</summary>
    public async Task RestartAsync(int times, CancellationToken ct)
    {
        var runs = new List<BenchRun>();
        for (var i = 0; i < times; i++)
        {
            PeakMemory.Reset();
            var took = await lane.RestartAsync(ct);
            runs.Add(LakeResults.Milliseconds(took) with { PeakBytes = PeakMemory.Read() });
        }
        results.Add(Restart(options), "ms", new BenchLine(name, BenchRole.Ours, runs));
    }

    async Task ChangeMuchAsync(
        int commits, string line, Func<int, IEnumerable<int>> draw, CancellationToken ct)
    {
        var runs = new List<BenchRun>();
        lane.Lake.Take();
        PeakMemory.Reset();
        for (var i = 0; i < commits; i++)
            runs.Add(Rate(await lane.UpdateAsync(draw(Batch), ct), Batch));
        runs[^1] = runs[^1] with { PeakBytes = PeakMemory.Read() };
        var (written, latencies) = lane.Lake.Take();
        results.Add(Upserts(options, Batch), "changes/s", new BenchLine(line, BenchRole.Ours, runs));
        AddWritten(Batch, line, written, commits);
        results.AddLatencies($"lake: commit of {Batch} changes", line, latencies);
    }

    void AddWritten(int batch, string line, WrittenBytes written, int commits)
    {
        var changes = (double)batch * commits;
        results.Add(Written(batch), "B/change", line, new BenchRun(written.Total / changes, 0, 0));
        results.Add(Written(batch), "B/change", $"{line}: current", new BenchRun(written.Current / changes, 0, 0));
        results.Add(Written(batch), "B/change", $"{line}: history", new BenchRun(written.History / changes, 0, 0));
    }

    IEnumerable<int> Uniform(int count) => Enumerable.Range(0, count).Select(_ => _dice.Next(rows));

    IEnumerable<int> Zipf(int count) => Enumerable.Range(0, count).Select(_ => _zipf.Next());

    static BenchRun Rate(LaneCost cost, int changes) => new(
        changes / cost.Took.TotalSeconds, cost.Cpu.TotalNanoseconds / changes, cost.AllocatedBytes / (double)changes);
}
