namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Invariants 1 and 2 where changes come twice, late, or over several partitions.</summary>
public sealed class OrderTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Any_timeline_over_three_partitions_ends_in_the_rows_of_the_source(int seed)
    {
        var random = new Random(seed);
        await using var world = new LaneWorld(partitions: 3);
        await world.AnnounceAsync(Ct);
        for (var round = 0; round < 5; round++)
        {
            await WorkAsync(world, random, truncates: seed % 2 == 0);
            if (random.Next(2) == 0)
                await world.RepeatAsync(random.Next(1, 40), Ct);
            if (random.Next(3) == 0)
            {
                var store = new CrashingStore(world.Lake, random.Next(0, 30), isEffective: random.Next(2) == 0);
                world.Store = store;
                await world.RunUntilAsync(() => store.HasCrashed, Ct);
                world.Store = world.Lake;
            }
        }
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        var history = await world.QueryAsync("history/app.items", "_commit_lsn, _lsn, id, _op", Ct);
        Assert.Equal(world.Changes, history.Count);
        Assert.Equal(history.Count, history.Select(row => string.Join('|', row)).Distinct().Count());
    }

    [Fact]
    public async Task A_truncate_takes_the_rows_before_it_in_every_partition_and_no_others()
    {
        await using var world = new LaneWorld(partitions: 2);
        await world.AnnounceAsync(Ct);
        for (var id = 0; id < 10; id++)
            await world.PutAsync(id, "before", Ct);
        await world.TruncateAsync(0, Ct);
        for (var id = 5; id < 8; id++)
            await world.PutAsync(id, "after", Ct);
        await world.CatchUpAsync(Ct);
        await world.RepeatAsync(9, Ct);
        await world.PutAsync(21, "last", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        Assert.Equal(world.Changes, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
    }

    [Fact]
    public async Task A_row_under_a_new_key_waits_for_its_old_row_in_another_partition()
    {
        await using var world = new LaneWorld(partitions: 2);
        await world.AnnounceAsync(Ct);
        await world.PutAsync(0, "large", Ct);
        await world.PutAsync(2, "still", Ct);
        await world.CatchUpAsync(Ct);
        await world.MoveAsync(0, 1, Ct, late: () => world.RunUntilAsync(Once(), Ct));
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
    }

    [Fact]
    public async Task A_long_commit_is_no_time_in_which_an_old_row_failed_to_come()
    {
        var time = new JumpingTime();
        await using var world = new LaneWorld(partitions: 2) { Time = time };
        await world.AnnounceAsync(Ct);
        // More than one look into the log brings: the old row comes commits after the new one.
        for (var id = 2; id < 60; id += 2)
            await world.PutAsync(id, "before it", Ct);
        await world.PutAsync(0, "large", Ct);
        await world.MoveAsync(0, 1, Ct);
        world.Store = new SlowStore(world.Lake, time, TimeSpan.FromMinutes(2));
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
    }

    [Fact]
    public async Task Rows_that_wait_for_each_other_over_partitions_are_found_again_after_a_crash()
    {
        await using var world = new LaneWorld(partitions: 3);
        await world.AnnounceAsync(Ct);
        await world.PutAsync(0, "moved", Ct);
        await world.PutAsync(4, "stale", Ct);
        await world.CatchUpAsync(Ct);
        // Partition 2 waits for the old row in partition 1, which waits for the last record of partition 0.
        for (var id = 3; id < 60; id += 3)
            await world.PutAsync(id, "before it", Ct);
        await world.MoveAsync(0, 1, Ct);
        await world.PutAsync(4, "fresh", Ct);
        await world.MoveAsync(4, 5, Ct);
        // One epoch of all that is begun, and not finished.
        world.EpochInterval = TimeSpan.FromSeconds(1);
        var store = new CrashingStore(world.Lake, writesUntilCrash: 1, isEffective: false);
        world.Store = store;
        await world.RunUntilAsync(() => store.HasCrashed, Ct);
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
    }

    [Fact]
    public async Task An_old_row_that_left_before_a_restart_is_found_in_the_history()
    {
        await using var world = new LaneWorld(partitions: 2);
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "large", Ct);
        await world.CatchUpAsync(Ct);
        var create = await world.LeaveAsync(1, 2, Ct);
        await world.CatchUpAsync(Ct);
        Assert.Empty(await world.CurrentAsync(Ct));
        await create();
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
    }

    [Fact]
    public async Task A_database_that_was_restored_goes_on_from_lower_positions()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        for (var id = 0; id < 30; id++)
            await world.PutAsync(id, "old", Ct);
        await world.DeleteAsync(4, Ct);
        await world.CatchUpAsync(Ct);
        world.RestoreSource();
        await world.PutAsync(3, "new", Ct);
        await world.PutAsync(4, "again", Ct);
        await world.DeleteAsync(5, Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        Assert.Equal(world.Changes, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
    }

    static Func<bool> Once()
    {
        var asked = 0;
        return () => ++asked > 20;
    }

    // A row that was truncated away takes with it what a change of its key leaves out: not both in one timeline.
    static async Task WorkAsync(LaneWorld world, Random random, bool truncates)
    {
        for (var i = random.Next(10, 50); i > 0; i--)
        {
            var existing = world.Rows.Count > 0 ? world.Rows.Keys.ElementAt(random.Next(world.Rows.Count)) : (int?)null;
            switch (random.Next(20))
            {
                case 0 when truncates:
                    await world.TruncateAsync(random.Next(3), Ct);
                    break;
                case < 4 when existing is { } id:
                    await world.DeleteAsync(id, Ct);
                    break;
                case < 7 when !truncates && existing is { } id && !world.Rows.ContainsKey(id + 1000):
                    await world.MoveAsync(id, id + 1000, Ct);
                    break;
                default:
                    await world.PutAsync(random.Next(30), $"{i}", Ct);
                    break;
            }
        }
    }
}
