using Microsoft.Extensions.Logging;
using Tapline.Cli.Running;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Bench.Lake;

/// <summary>What a lake costs: from changes as the log has them to committed tables, both ways of upserting, on the
/// disk and in a bucket; and how fast the tables are read. The lane is the real one, with decoding, order, state,
/// history and commits; only the log is not.</summary>
sealed class LakeBench(BenchOptions options, BenchProgress progress, ILoggerFactory logs)
{
    const int SmallCommitsMax = 1_000;
    const int SmallCommitsInBucket = 100;
    const int LargeCommits = 20;
    const int RowsInBucketMax = 1_000_000;
    const string MergeOnRead = "merge-on-read";
    const string CopyOnWrite = "copy-on-write";

    readonly LakeResults _results = new();
    readonly LakeQueries _queries = new(options.Rows, options.Runs, options.Time);

    int SmallCommits => Math.Clamp(options.Rows / 1_000, 3, SmallCommitsMax);

    /// <summary>Measures it, in a folder and, where one is given, in a bucket.</summary>
    public async Task<IReadOnlyList<BenchSection>> RunAsync(string folder, CancellationToken ct)
    {
        progress.Plan(options.Bucket is null ? 9 : 13);
        await OnDiskAsync(Path.Combine(folder, MergeOnRead), MergeAsync, MergeOnRead, ct);
        await OnDiskAsync(Path.Combine(folder, CopyOnWrite), CopyAsync, CopyOnWrite, ct);
        if (options.Bucket is not null)
        {
            await InBucketAsync(folder, MergeOnRead, SmallCommitsInBucket, ct);
            await InBucketAsync(folder, CopyOnWrite, options.Runs, ct);
        }
        return _results.Sections;
    }

    async Task OnDiskAsync(
        string folder, Func<LaneUnderTest, LakeRun, string, CancellationToken, Task> measure, string way,
        CancellationToken ct)
    {
        var store = new LocalObjectStore(folder, new LocalStoreOptions { Time = options.Time });
        await using (var lane = new LaneUnderTest(store, way == MergeOnRead, options.Time, logs))
            await measure(lane, new LakeRun(options, options.Rows, way, lane, _results), folder, ct);
        Directory.Delete(folder, recursive: true);
    }

    async Task MergeAsync(LaneUnderTest lane, LakeRun run, string folder, CancellationToken ct)
    {
        progress.Step($"{MergeOnRead}: first load");
        await run.FillAsync(ct);
        progress.Step($"{MergeOnRead}: {SmallCommits} small commits, and reading between them");
        var runs = new List<BenchRun>();
        foreach (var commits in new[] { 1, Math.Max(2, SmallCommits / 10), SmallCommits })
        {
            runs.AddRange(await run.ChangeLittleAsync(commits - runs.Count, ct));
            await ReadAsync(lane, $"after {commits} commits", ct);
        }
        run.AddLittle(runs);
        progress.Step($"{MergeOnRead}: optimize");
        await lane.OptimizeAsync(ct);
        await ReadAsync(lane, "after table optimize", ct);
        progress.Step($"{MergeOnRead}: large commits");
        await run.ChangeMuchAsync(LargeCommits, ct);
        progress.Step($"{MergeOnRead}: restarts");
        await run.RestartAsync(options.Runs, ct);
        await lane.StopAsync();
        progress.Step("DuckDB alone");
        // What the lane held must be free before DuckDB takes as much.
        PeakMemory.Reset();
        using var session = await OpenAsync(lane, ct);
        new LakePeers(options, _queries, _results).Measure(session, run.Batch, lane.Offset, folder, ct);
    }

    async Task CopyAsync(LaneUnderTest lane, LakeRun run, string folder, CancellationToken ct)
    {
        progress.Step($"{CopyOnWrite}: first load");
        await run.FillAsync(ct);
        progress.Step($"{CopyOnWrite}: commits");
        run.AddLittle(await run.ChangeLittleAsync(options.Runs, ct));
        await run.ChangeMuchAsync(options.Runs, ct);
        progress.Step($"{CopyOnWrite}: restarts");
        await run.RestartAsync(options.Runs, ct);
    }

    async Task InBucketAsync(string folder, string way, int commits, CancellationToken ct)
    {
        var rows = Math.Min(options.Rows, RowsInBucketMax);
        var name = rows == options.Rows ? $"{way}, bucket" : $"{way}, bucket with {rows} rows";
        await using var lake = TemporaryLake.In(options.Bucket!, Path.Combine(folder, way), options.Time);
        await using var lane = new LaneUnderTest(lake.Store, way == MergeOnRead, options.Time, logs);
        var run = new LakeRun(options, rows, name, lane, _results);
        progress.Step($"{name}: first load");
        await run.FillAsync(ct);
        progress.Step($"{name}: commits and a restart");
        run.AddLittle(await run.ChangeLittleAsync(commits, ct));
        await run.RestartAsync(times: 1, ct);
    }

    async Task ReadAsync(LaneUnderTest lane, string name, CancellationToken ct)
    {
        var began = options.Time.GetTimestamp();
        using var session = await OpenAsync(lane, ct);
        _results.Add("lake: opening a session", "ms", name,
            LakeResults.Milliseconds(options.Time.GetElapsedTime(began)));
        _queries.Ask(session.Connection, "\"current\".\"app_devices\"", name, BenchRole.Ours, _results, ct);
        var files = session.Tables.Sum(static table => table.Files.Length);
        progress.Note($"{name}: {files} files");
    }

    Task<LakeSession> OpenAsync(LaneUnderTest lane, CancellationToken ct) =>
        LakeSession.OpenAsync(lane.Lake, lane.Services, new LakeSessionOptions(), ct);
}
