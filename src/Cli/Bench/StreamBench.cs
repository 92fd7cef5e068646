using Microsoft.Extensions.Logging;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres;

namespace Tapline.Cli.Bench;

/// <summary>How fast changes of <c>app.devices</c> that were committed beforehand leave a slot: into the log, from the
/// log into the lake, and all the way at once; beside PostgreSQL's own receiver.</summary>
sealed class StreamBench(BenchOptions options, BenchProgress progress, ILoggerFactory logs)
{
    const int StepsOfRun = 5;

    static readonly TableId Table = new("app", "devices");

    /// <summary>Measures it.</summary>
    public async Task<BenchSection> RunAsync(BenchDatabase database, string folder, CancellationToken ct)
    {
        progress.Plan(StepsOfRun * options.Runs);
        var meter = new RunMeter(options.Rows, options.Time);
        for (var run = 1; run <= options.Runs; run++)
        {
            await database.EmptyDevicesAsync(ct);
            await using (var parts = await FollowAsync(database, Path.Combine(folder, $"parts{run}"), ct))
            await using (var whole = await FollowAsync(database, Path.Combine(folder, $"stream{run}"), ct))
            {
                progress.Step($"stream, run {run}: committing {options.Rows} changes");
                await database.ChangeDevicesAsync(options.Rows, ct);
                progress.Step($"stream, run {run}: floor");
                await ReceiveAsync(meter, database, parts.Name, ct);
                await MeasureAsync(meter, parts, whole, run, ct);
            }
            foreach (var slot in new[] { $"parts{run}", $"stream{run}" })
            {
                await database.DropSlotAsync(slot, ct);
                Directory.Delete(Path.Combine(folder, slot), recursive: true);
            }
        }
        return meter.Section($"stream: {options.Rows} changes of app.devices");
    }

    // A pipeline that has copied the empty table and has a slot from there on.
    async Task<BenchPipeline> FollowAsync(BenchDatabase database, string folder, CancellationToken ct)
    {
        var pipeline = await BenchPipeline.StartAsync(folder, database.ConnectionString, Table, options.Time, logs, ct);
        try
        {
            await BenchPipeline.RunUntilAsync(
                [pipeline.Source.RunAsync],
                // Acknowledged: the stream has begun, not just been asked for.
                _ => Task.FromResult(pipeline.Source.Status is { Phase: SourcePhase.Streaming, AcknowledgedLsn: > 0 }),
                ct);
            return pipeline;
        }
        catch
        {
            await pipeline.DisposeAsync();
            throw;
        }
    }

    async Task ReceiveAsync(RunMeter meter, BenchDatabase database, string slot, CancellationToken ct)
    {
        if (!BenchDatabase.HasReceiver)
        {
            progress.Note("pg_recvlogical is not on this machine: no floor");
            return;
        }
        var copy = $"{slot}_floor";
        await database.CopySlotAsync(slot, copy, ct);
        var lsn = await database.LsnAsync(ct);
        await meter.RunAsync(
            "pg_recvlogical to /dev/null", BenchRole.Floor, () => database.ReceiveAsync(copy, lsn, ct));
        await database.DropSlotAsync(copy, ct);
    }

    async Task MeasureAsync(RunMeter meter, BenchPipeline parts, BenchPipeline whole, int run, CancellationToken ct)
    {
        progress.Step($"stream, run {run}: into the log");
        await meter.RunAsync("ingest: slot to log", BenchRole.Ours, () => BenchPipeline.RunUntilAsync(
            [parts.Source.RunAsync], c => parts.HasLoggedAsync(options.Rows, c), ct));
        progress.Step($"stream, run {run}: from the log into the lake");
        await meter.RunAsync("stream worker: log to lake", BenchRole.Ours, () => BenchPipeline.RunUntilAsync(
            [parts.Worker.RunAsync], async c => await parts.LakeRecordsAsync(c) >= options.Rows, ct));
        progress.Step($"stream, run {run}: into the lake");
        await meter.RunAsync("end to end: slot to lake", BenchRole.Ours, () => BenchPipeline.RunUntilAsync(
            [whole.Source.RunAsync, whole.Worker.RunAsync],
            async c => await whole.LakeRecordsAsync(c) >= options.Rows,
            ct));
    }
}
