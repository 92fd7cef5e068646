namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Invariants 1, 2 and 6: a crash at any write changes nothing in the end.</summary>
public sealed class CrashTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Every_change_is_in_the_lake_once_whatever_write_it_dies_at(int seed)
    {
        var random = new Random(seed);
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        for (var round = 0; round < 6; round++)
        {
            await WorkAsync(world, random);
            if (random.Next(2) == 0)
                await world.RepeatAsync(random.Next(1, 30), Ct);
            var store = new CrashingStore(world.Lake, random.Next(0, 40), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
        }
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        var history = await world.QueryAsync("history/app.items", "_commit_lsn, _lsn, id, _op", Ct);
        Assert.Equal(world.Changes, history.Count);
        Assert.Equal(history.Count, history.Select(row => string.Join('|', row)).Distinct().Count());
    }

    [Fact]
    public async Task A_table_that_was_committed_before_a_crash_is_in_the_manifest_after_it()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "first", Ct);
        await world.CatchUpAsync(Ct);
        await world.PutAsync(2, "second", Ct);
        var before = await world.ManifestAsync(Ct);

        var store = new CrashingStore(world.Lake, writesUntilCrash: 0, isEffective: false, keyEnd: ".done");
        world.Store = store;
        await world.RunUntilAsync(() => store.HasCrashed, Ct);
        Assert.Equal(before.Epoch, (await world.ManifestAsync(Ct)).Epoch);
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(2, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
        var after = await world.ManifestAsync(Ct);
        Assert.NotEqual(before.Positions[world.Topic], after.Positions[world.Topic]);
    }

    [Fact]
    public async Task What_was_rejected_and_what_columns_came_before_a_crash_is_in_the_manifest_after_it()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "first", Ct);
        await world.CatchUpAsync(Ct);
        // An update that leaves out a value of a row which nobody knows: a repeat passes over it.
        world.Assume(9);
        await world.PutAsync(9, null, Ct, unchangedBody: true);
        await world.AddColumnAsync("n", "integer", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"body":"second","n":2}""", Ct);

        var store = new CrashingStore(world.Lake, writesUntilCrash: 0, isEffective: false, keyEnd: ".done");
        world.Store = store;
        await world.RunUntilAsync(() => store.HasCrashed, Ct);
        Assert.Empty(await world.QuarantineAsync(Ct));
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);

        Assert.Equal(["unknown_base"], (await world.QuarantineAsync(Ct)).Select(static row => row[0]));
        Assert.Equal([["n"]], await world.QueryAsync("schema_history", "\"column\"", Ct, "WHERE change = 'added'"));
        Assert.Equal([["1"], ["2"]], await world.QueryAsync("current/app.items", "id", Ct, "ORDER BY id"));
    }

    [Fact]
    public async Task A_worker_that_wakes_late_only_repeats()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "first", Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var (one, other) = (world.Worker().RunAsync(stop.Token), world.Worker().RunAsync(stop.Token));
        for (var id = 2; id < 60; id++)
        {
            await world.PutAsync(id, $"{id}", Ct);
            await Task.Delay(3, Ct);
        }
        while (!await world.IsCaughtUpAsync(Ct))
            await Task.Delay(20, Ct);
        await stop.CancelAsync();
        await Task.WhenAll(one, other);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        Assert.Equal(world.Changes, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
    }

    [Fact]
    public async Task A_log_that_is_out_of_reach_for_a_while_does_not_end_the_worker()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "first", Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var log = new AbsentLog(world.Log, refusals: 1);
        var running = world.Worker(log).RunAsync(stop.Token);
        while (!running.IsCompleted && !await world.IsCaughtUpAsync(Ct))
            await Task.Delay(20, Ct);
        await stop.CancelAsync();
        await running;

        Assert.Equal(0, log.RefusalsLeft);
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
    }

    static async Task WorkAsync(LaneWorld world, Random random)
    {
        for (var i = random.Next(5, 40); i > 0; i--)
        {
            var existing = world.Rows.Count > 0 ? world.Rows.Keys.ElementAt(random.Next(world.Rows.Count)) : (int?)null;
            switch (random.Next(6))
            {
                case 0 when existing is { } id:
                    await world.DeleteAsync(id, Ct);
                    break;
                case 1 when existing is { } id && !world.Rows.ContainsKey(id + 1000):
                    await world.MoveAsync(id, id + 1000, Ct);
                    break;
                case 2 when existing is { } id:
                    await world.PutAsync(id, null, Ct, unchangedBody: true);
                    break;
                default:
                    await world.PutAsync(random.Next(30), $"{i}", Ct);
                    break;
            }
        }
    }
}
