using Microsoft.Extensions.Logging;
using Tapline.Contracts.Schema;

namespace Tapline.Cli.Bench;

/// <summary>How fast a table of <c>app.users</c> rows is copied for the first time: into the log, and all the way into
/// the lake; beside PostgreSQL's own COPY.</summary>
sealed class SnapshotBench(BenchOptions options, BenchProgress progress, ILoggerFactory logs)
{
    static readonly TableId Table = new("app", "users");

    /// <summary>Measures it.</summary>
    public async Task<BenchSection> RunAsync(BenchDatabase database, string folder, CancellationToken ct)
    {
        progress.Plan(1 + (3 * options.Runs));
        progress.Step($"snapshot: filling app.users with {options.Rows} rows");
        await database.FillUsersAsync(options.Rows, ct);
        var meter = new RunMeter(options.Rows, options.Time);
        for (var run = 1; run <= options.Runs; run++)
        {
            progress.Step($"snapshot, run {run}: floor");
            await meter.RunAsync(BenchDatabase.CopyProgram, BenchRole.Floor, () => database.CopyUsersAsync(ct));
            progress.Step($"snapshot, run {run}: into the log");
            await WithPipelineAsync(database, Path.Combine(folder, $"copy{run}"), pipeline => meter.RunAsync(
                "ingest: database to log", BenchRole.Ours,
                () => BenchPipeline.RunUntilAsync(
                    [pipeline.Source.RunAsync], c => pipeline.HasLoggedAsync(options.Rows, c), ct)), ct);
            progress.Step($"snapshot, run {run}: into the lake");
            await WithPipelineAsync(database, Path.Combine(folder, $"whole{run}"), pipeline => meter.RunAsync(
                "end to end: database to lake", BenchRole.Ours,
                () => BenchPipeline.RunUntilAsync(
                    [pipeline.Source.RunAsync, pipeline.Worker.RunAsync],
                    async c => await pipeline.LakeRecordsAsync(c) >= options.Rows,
                    ct)), ct);
        }
        return meter.Section($"snapshot: {options.Rows} rows of app.users");
    }

    async Task WithPipelineAsync(
        BenchDatabase database, string folder, Func<BenchPipeline, Task> body, CancellationToken ct)
    {
        await using (var pipeline = await BenchPipeline.StartAsync(
            folder, database.ConnectionString, Table, options.Time, logs, ct))
        {
            await body(pipeline);
        }
        await database.DropSlotAsync(Path.GetFileName(folder), ct);
        Directory.Delete(folder, recursive: true);
    }
}
