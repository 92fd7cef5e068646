namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Invariants 1, 2, 6 and 7: what is sent back from quarantine has its place in order, once, whatever write
/// the worker dies at.</summary>
public sealed class ReplayCrashTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 4)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Every_replayed_change_is_in_the_lake_once(int seed)
    {
        var random = new Random(seed);
        await using var world = new LaneWorld();
        await world.Log.EnsureTopicsAsync([new(world.Topic, 1)], Ct);
        await WorkAsync(world, random, 24);
        await world.CatchUpAsync(Ct);
        var waiting = world.Sent;
        await world.AnnounceAsync(Ct);
        for (var round = 0; round < 4; round++)
        {
            await WorkAsync(world, random, random.Next(10));
            await world.ReplayAsync(1, Enumerable.Range(0, random.Next(waiting)), Ct);
            var store = new CrashingStore(world.Lake, random.Next(0, 30), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
        }
        world.Store = world.Lake;
        await world.ReplayAsync(1, Enumerable.Range(0, waiting), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        var history = await world.QueryAsync("history/app.items", "_commit_lsn, _lsn, id, _op", Ct);
        Assert.Equal(world.Changes, history.Count);
        Assert.Equal(history.Count, history.Select(row => string.Join('|', row)).Distinct().Count());
        Assert.All(await world.QuarantineAsync(Ct), row => Assert.Equal("unknown_table", row[0]));
        var replayed = await world.ReplayedAsync(Ct);
        Assert.Equal(waiting, replayed.Count);
        Assert.Equal(waiting, replayed.DistinctBy(static row => row[0]).Count());
    }

    [Fact]
    public async Task Neither_the_row_nor_what_is_said_of_it_is_there_without_the_other()
    {
        for (var write = 0; ; write++)
        {
            await using var world = new LaneWorld();
            world.Accept("good");
            await world.AnnounceAsync(Ct);
            await world.PutAsync(1, "good", Ct);
            await world.PutAsync(1, "bad", Ct);
            await world.CatchUpAsync(Ct);
            world.Accept();
            await world.ReplayAsync(1, [1], Ct);
            var store = new CrashingStore(world.Lake, write, isEffective: write % 2 == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
            if (!store.HasCrashed)
                break;
            Assert.Equal(
                (await world.ReplayedAsync(Ct)).Count,
                (await world.QueryAsync("history/app.items", "_offset", Ct, "WHERE _offset = 1")).Count);

            world.Store = world.Lake;
            await world.CatchUpAsync(Ct);
            Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
            Assert.Equal(2, (await world.QueryAsync("history/app.items", "_offset", Ct)).Count);
            Assert.Equal([["1", "1", "applied", null]], await world.ReplayedAsync(Ct));
        }
    }

    static async Task WorkAsync(LaneWorld world, Random random, int changes)
    {
        for (var i = 0; i < changes; i++)
        {
            var id = random.Next(20);
            if (world.Rows.ContainsKey(id) && random.Next(4) == 0)
                await world.DeleteAsync(id, Ct);
            else
                await world.PutAsync(id, $"{i}", Ct);
        }
    }
}
