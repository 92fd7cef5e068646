using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Lanes;
using Tapline.TestKit.Storage;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>The tables to which all lanes append: one lane looks after them, for all.</summary>
public sealed class SharedMaintenanceTests
{
    const string Shared = "quarantine";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_oldest_version_that_a_manifest_of_any_lane_names_is_kept()
    {
        using var store = new MemoryObjectStore();
        await CompleteAsync(store, lane: 0, epoch: 4, (Shared, 5), ("current/app.a", 9));
        await CompleteAsync(store, lane: 0, epoch: 5, (Shared, 6), ("current/app.a", 10));
        await CompleteAsync(store, lane: 1, epoch: 7, (Shared, 3), ("current/app.b", 2));
        await CompleteAsync(store, lane: 1, epoch: 8, (Shared, 3), ("current/app.b", 2), ("current/app.c", 1));
        await CompleteAsync(store, lane: 2, epoch: 1);

        var retained = await RetainedManifests.ReadAsync(store, Ct);

        Assert.Equal(3, retained.OldestVersion(Shared));
        Assert.Equal(9, retained.OldestVersion("current/app.a"));
        Assert.Equal(2, retained.OldestVersion("current/app.b"));
        Assert.Null(retained.OldestVersion("current/app.c"));
        Assert.Null(retained.OldestVersion("current/app.d"));
    }

    [Fact]
    public async Task A_shared_table_is_looked_after_by_the_first_lane_alone()
    {
        await using var world = new SeveralTables();
        await FillAsync(world);
        var lanes = (await world.ProgressAsync(Ct)).Lanes;
        var owned = lanes[1].Manifest!.Tables.Keys.First(static root => root.StartsWith("current/"));
        string[] orphans = [$"{Shared}/part-orphan.zstd.parquet", $"{owned}/part-orphan.zstd.parquet"];
        foreach (var orphan in orphans)
            await world.Lake.PutAsync(orphan, "nobody's"u8.ToArray(), Ct);

        await MaintainAsync(world, lane: 1, lanes[1].Manifest!.Tables.Keys, until: orphans[1]);
        Assert.NotNull(await world.Lake.GetAsync(orphans[0], Ct));
        await MaintainAsync(world, lane: 0, roots: [], until: orphans[0]);

        foreach (var lane in lanes)
        {
            foreach (var (root, version) in lane.Manifest!.Tables)
                Assert.NotEmpty(await TableQuery.RunAsync(world.Lake, root, version, "1", Ct));
        }
    }

    static async Task FillAsync(SeveralTables world)
    {
        await world.AnnounceAsync(Ct);
        // All of it before the lanes begin: a table that their first manifests do not know is left alone.
        for (var table = 0; table < SeveralTables.Count; table++)
        {
            await world.PutAsync(table, 1, "first", Ct);
            await world.PoisonAsync(table, Ct);
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = world.Worker().RunAsync(stop.Token);
        await world.CatchUpAsync(Ct, running);
        await stop.CancelAsync();
        await running;
    }

    // Hours later, so that what nobody needs is old enough.
    static async Task MaintainAsync(SeveralTables world, int lane, IEnumerable<string> roots, string until)
    {
        using var duck = DuckDbDatabase.Open();
        var time = new LaterTime();
        var services = new LaneServices(
            world.Log, world.Lake, duck, new DeltaServices(time, Guid.NewGuid), time, "test", NullLogger.Instance);
        var options = (world.Options with { MaintenanceInterval = TimeSpan.Zero }).Of(lane);
        await using var maintenance = new LakeMaintenance(options, services);
        maintenance.RunIfDue(roots);
        for (var tries = 0; await world.Lake.GetAsync(until, Ct) is not null; tries++)
        {
            Assert.True(tries < 3000, $"{until} is not removed");
            await Task.Delay(10, Ct);
        }
    }

    static Task CompleteAsync(
        MemoryObjectStore store, int lane, long epoch, params (string Root, long Version)[] tables) =>
        new EpochStore(store, lane).CompleteAsync(
            new EpochManifest(
                lane, epoch, new(tables.ToDictionary(static table => table.Root, static table => table.Version)),
                [], [], [], 0, 0),
            Ct);

    sealed class LaterTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromHours(3);
    }
}
