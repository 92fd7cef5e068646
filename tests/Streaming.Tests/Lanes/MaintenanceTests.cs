using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Tables of a lane over many commits.</summary>
public sealed class MaintenanceTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_stay_few_and_whole_over_many_commits(bool mergesOnRead)
    {
        await using var world = new LaneWorld { MergesOnRead = mergesOnRead };
        await world.AnnounceAsync(Ct);
        await RunAsync(world, 60, async round =>
        {
            for (var i = 0; i < 5; i++)
                await world.PutAsync(((round * 7) + (i * 13)) % 90, $"{round}", Ct);
            if (round % 3 == 0 && world.Rows.Count > 10)
                await world.DeleteAsync(world.Rows.Keys.First(), Ct);
        });

        Assert.Equal(
            world.Rows.OrderBy(static row => row.Key),
            (await world.CurrentAsync(Ct)).OrderBy(static row => row.Key));
        var manifest = await world.ManifestAsync(Ct);
        foreach (var root in new[] { "current/app.items", "history/app.items" })
        {
            var table = (await DeltaTable.OpenAsync(
                world.Store, root, new DeltaServices(TimeProvider.System, Guid.NewGuid), Ct))!;
            Assert.InRange(table.Snapshot.Files.Count, 1, 20);
            Assert.Equal(table.Snapshot.Version, manifest.Tables[root]);
            Assert.Empty(await new TableCheck(world.Store, root).RunAsync(Ct));
        }
        var changes = await world.QueryAsync("history/app.items", "_offset", Ct);
        Assert.Equal(changes.Count, changes.Select(static row => row[0]).Distinct().Count());
        Assert.InRange(changes.Count, 300, 320);
    }

    [Fact]
    public async Task What_no_manifest_needs_is_removed_and_what_one_needs_stays()
    {
        await using var world = new LaneWorld
        {
            FileRetention = TimeSpan.FromSeconds(1),
            MaintenanceInterval = TimeSpan.Zero,
            ManifestsKept = 10,
        };
        await world.AnnounceAsync(Ct);
        await RunAsync(world, 130, async round =>
        {
            for (var i = 0; i < 4; i++)
                await world.PutAsync((round + i) % 12, $"{round}", Ct);
        }, async () => await FilesAsync(world) <= (await world.ManifestAsync(Ct)).Epoch - 20);

        Assert.Equal(
            world.Rows.OrderBy(static row => row.Key),
            (await world.CurrentAsync(Ct)).OrderBy(static row => row.Key));
        var newest = (await world.ManifestAsync(Ct)).Epoch;
        Assert.InRange(await FilesAsync(world), 1, newest - 20);
        var readable = 0;
        for (var epoch = 1L; epoch <= newest; epoch++)
        {
            if (await world.FindManifestAsync(epoch, Ct) is not { } manifest)
                continue;
            readable++;
            foreach (var (root, version) in manifest.Tables.Where(static table => table.Key.Contains("app.items")))
                Assert.NotEmpty(await TableQuery.RunAsync(world.Store, root, version, "id, body", Ct));
        }
        Assert.InRange(readable, 10, newest - 50);
    }

    static async Task<int> FilesAsync(LaneWorld world)
    {
        var count = 0;
        await foreach (var file in world.Store.ListAsync("current/app.items/", startAfter: null, Ct))
            count += file.Key.EndsWith(".parquet", StringComparison.Ordinal) ? 1 : 0;
        return count;
    }

    // One worker all the time, and a commit or more for every round. What goes on beside it may need more of them.
    static async Task RunAsync(
        LaneWorld world, int rounds, Func<int, Task> change, Func<Task<bool>>? isDone = null)
    {
        const int FurtherMax = 2000;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var worker = world.Worker();
        var running = worker.RunAsync(stop.Token);
        for (var round = 0;
            round < rounds || (isDone is not null && round < rounds + FurtherMax && !await isDone());
            round++)
        {
            await change(round);
            while (!await world.IsCaughtUpAsync(Ct))
            {
                Assert.Null(worker.Status.LastFailure);
                await Task.Delay(5, Ct);
            }
        }
        await stop.CancelAsync();
        await running;
    }
}
