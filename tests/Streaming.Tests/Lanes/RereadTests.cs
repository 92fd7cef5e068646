namespace Tapline.Streaming.Tests.Lanes;

public sealed class RereadTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_read_again_has_the_source_s_rows_and_no_others()
    {
        await using var world = await DamagedAsync();
        var begin = world.BeginReread();
        for (var id = 0; id < 50; id++)
        {
            if (id == 20)
            {
                await world.PutAsync(100, "inserted meanwhile", Ct);
                await world.DeleteAsync(40, Ct);
                await world.PutAsync(45, "changed meanwhile", Ct);
                // A worker that ends in the middle, and another one that goes on.
                await world.CatchUpAsync(Ct);
                Assert.Equal("phantom", (await world.CurrentAsync(Ct))[1000]);
            }
            if (id != 45 && world.Rows.ContainsKey(id))
                await world.RereadAsync(id, Ct);
        }
        await world.CatchUpAsync(Ct);
        await world.EndRereadAsync(begin, Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        var gone = await world.QueryAsync(
            "history/app.items", "id, body", Ct, "WHERE _op = 'd' AND id >= 1000 ORDER BY id");
        Assert.Equal([["1000", "phantom"], ["1001", "phantom too"]], gone);
    }

    [Fact]
    public async Task What_is_as_it_should_be_gets_no_history()
    {
        await using var world = await DamagedAsync();
        await RereadAllAsync(world);
        var changes = (await world.QueryAsync("history/app.items", "id", Ct)).Count;
        await RereadAllAsync(world);
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(changes, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_source_repeats_from_before_a_reading_stays_a_repeat(bool restart)
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "first", Ct);
        await world.PutAsync(1, "second", Ct);
        world.BeginReread();
        await world.RereadAsync(1, Ct);
        if (restart)
            await world.CatchUpAsync(Ct);
        // Both changes again, but not the reading.
        await world.RepeatFirstAsync(2, Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(2, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
        // Behind the reading, but after the same commit as the changes before it.
        await world.DeleteAsync(1, Ct);
        await world.CatchUpAsync(Ct);
        Assert.Empty(await world.CurrentAsync(Ct));
        Assert.Equal(3, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
    }

    [Fact]
    public async Task A_reading_ends_in_every_partition_also_with_a_restart_between_the_ends()
    {
        await using var world = new LaneWorld(partitions: 2);
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.PutAsync(2, "two", Ct);
        await world.ForgeAsync(1000, "phantom", Ct);
        await world.ForgeAsync(1001, "phantom too", Ct);
        var begin = world.BeginReread();
        await world.RereadAsync(1, Ct);
        await world.RereadAsync(2, Ct);
        await world.EndRereadAsync(begin, Ct, partition: 0);
        await world.CatchUpAsync(Ct);
        Assert.Equal(4, (await world.CurrentAsync(Ct)).Count);
        await world.EndRereadAsync(begin, Ct, partition: 1);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            world.Rows.OrderBy(static row => row.Key),
            (await world.CurrentAsync(Ct)).OrderBy(static row => row.Key));
    }

    static async Task RereadAllAsync(LaneWorld world)
    {
        var begin = world.BeginReread();
        foreach (var id in world.Rows.Keys)
            await world.RereadAsync(id, Ct);
        await world.EndRereadAsync(begin, Ct);
        await world.CatchUpAsync(Ct);
    }

    static async Task<LaneWorld> DamagedAsync()
    {
        var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        for (var id = 0; id < 50; id++)
            await world.PutAsync(id, $"body {id}", Ct);
        await world.ForgeAsync(7, "damaged", Ct);
        await world.ForgeAsync(1000, "phantom", Ct);
        await world.ForgeAsync(1001, "phantom too", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(52, (await world.CurrentAsync(Ct)).Count);
        return world;
    }
}
