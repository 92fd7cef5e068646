using Microsoft.Extensions.Logging;
using Tapline.Cli.Bench.Lake;
using Tapline.Cli.Bench.Mqtt;
using Tapline.Cli.Running;

namespace Tapline.Cli.Bench;

/// <summary>The benchmarks, in a temporary folder that is removed in the end.</summary>
sealed class BenchSuite(BenchOptions options, BenchProgress progress, ILoggerFactory logs)
{
    /// <summary>Runs one part (<c>stages</c>, <c>lake</c>, <c>snapshot</c>, <c>stream</c>, <c>mqtt</c>), or with
    /// <c>all</c> every one but MQTT.</summary>
    public async Task<BenchReport> RunAsync(string part, CancellationToken ct)
    {
        var folder = Path.Combine(options.Root, $"tapline-bench-{RunningPipeline.NewId():N}");
        Directory.CreateDirectory(folder);
        try
        {
            var sections = new List<BenchSection>();
            if (part is "stages" or "all")
                sections.AddRange(await new StageBench(options, progress).RunAsync(folder, ct));
            if (part is "lake" or "all")
                sections.AddRange(await new LakeBench(options, progress, logs).RunAsync(folder, ct));
            // Not of all: it starts processes, and holds thousands of connections.
            if (part == "mqtt")
                sections.AddRange(await new MqttBench(options, progress, logs).RunAsync(folder, ct));
            if (part is "snapshot" or "stream" or "all")
            {
                await using var database = await BenchDatabase.StartAsync(folder, ct);
                if (part is "snapshot" or "all")
                    sections.Add(await new SnapshotBench(options, progress, logs).RunAsync(database, folder, ct));
                if (part is "stream" or "all")
                    sections.Add(await new StreamBench(options, progress, logs).RunAsync(database, folder, ct));
            }
            return new BenchReport(options, sections);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
