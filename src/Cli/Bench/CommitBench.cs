using Tapline.Cli.Running;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Tables;

namespace Tapline.Cli.Bench;

/// <summary>What a commit of one data file costs, forced to the disk as in production.</summary>
sealed class CommitBench(BenchOptions options)
{
    const int CommitsMax = 40;

    /// <summary>Measures commits of a small file, and next to them the same bytes as plain files.</summary>
    public async Task<BenchSection> RunAsync(DecodedRows rows, string folder, CancellationToken ct)
    {
        var commits = Math.Clamp(options.Rows / 1_000, 2, CommitsMax);
        var history = rows.AddTo(new HistoryBuffer(rows.Layout)).Rows;
        history.Truncate(Math.Min(history.Count, 1_000));
        var services = new DeltaServices(options.Time, RunningPipeline.NewId);
        var store = new LocalObjectStore(Path.Combine(folder, "lake"), new LocalStoreOptions { Time = options.Time });
        var (ours, floor) = (new List<BenchRun>(), new List<BenchRun>());
        for (var run = -1; run < options.Runs; run++)
        {
            var root = $"history/run{run + 1}";
            var definition = new DeltaTableDefinition(history.Schema);
            var table = await DeltaTable.CreateAsync(store, root, definition, services, ct);
            var began = options.Time.GetTimestamp();
            for (var i = 1; i <= commits; i++)
            {
                var file = await table.WriteDataFileAsync(history, null, "0", ct);
                await table.CommitAsync(new DeltaCommit
                {
                    Adds = [file],
                    Operation = "STREAMING UPDATE",
                    IsBlindAppend = true,
                    Transaction = new TransactionId("bench", i),
                }, ct);
            }
            var took = options.Time.GetElapsedTime(began) / commits;
            var plain = WriteSame(Path.Combine(folder, "lake", root), Path.Combine(folder, $"plain{run + 1}"));
            if (run < 0)
                continue;
            ours.Add(new BenchRun(took.TotalMilliseconds, 0, 0));
            floor.Add(new BenchRun(plain.TotalMilliseconds / commits, 0, 0));
        }
        return new BenchSection($"Delta: {history.Count} rows to a file and a commit", "ms/commit",
        [
            new BenchLine("encode, write, commit, fsync", BenchRole.Ours, ours),
            new BenchLine("the same files and bytes, fsync", BenchRole.Floor, floor),
        ]);
    }

    TimeSpan WriteSame(string source, string target)
    {
        Directory.CreateDirectory(target);
        var files = Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories);
        var contents = files.Select(File.ReadAllBytes).ToArray();
        var began = options.Time.GetTimestamp();
        for (var i = 0; i < contents.Length; i++)
        {
            using var file = new FileStream(Path.Combine(target, $"{i}"), FileMode.CreateNew);
            file.Write(contents[i]);
            file.Flush(flushToDisk: true);
        }
        return options.Time.GetElapsedTime(began);
    }
}
