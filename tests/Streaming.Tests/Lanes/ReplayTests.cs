namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Invariants 1, 2 and 7: what is sent back from quarantine has its own place in order, once.</summary>
public sealed class ReplayTests
{
    const string History = "_offset, _op, id, body";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_change_of_a_key_becomes_its_row()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "good", Ct);
        await world.PutAsync(1, "bad", Ct);
        await MendAsync(world);
        await world.ReplayAsync(1, [1], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal([["0", "c", "1", "good"], ["1", "u", "1", "bad"]], await HistoryAsync(world));
        Assert.Equal([["1", "1", "applied", null]], await world.ReplayedAsync(Ct));
    }

    [Fact]
    public async Task A_change_that_is_older_than_its_row_is_in_the_history_alone()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "bad", Ct);
        await world.PutAsync(1, "good", Ct);
        await MendAsync(world);
        await world.PutAsync(1, "later", Ct);
        await world.ReplayAsync(1, [0], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(
            [["0", "c", "1", "bad"], ["1", "u", "1", "good"], ["2", "u", "1", "later"]], await HistoryAsync(world));
        Assert.Equal([["0", "1", "late", null]], await world.ReplayedAsync(Ct));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_row_that_is_gone_by_now_stays_away(bool isTruncated)
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "good", Ct);
        await world.PutAsync(1, "bad", Ct);
        await (isTruncated ? world.TruncateAsync(0, Ct) : world.DeleteAsync(1, Ct));
        await world.PutAsync(2, "good", Ct);
        await MendAsync(world);
        await world.ReplayAsync(1, [1], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(world.Changes, (await HistoryAsync(world)).Count);
        Assert.Equal([["1", "1", "late", null]], await world.ReplayedAsync(Ct));
    }

    [Fact]
    public async Task A_row_that_was_read_again_since_is_newer()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "good", Ct);
        await world.PutAsync(1, "bad", Ct);
        await world.CatchUpAsync(Ct);
        // What set it back is lost; the reading finds the row as the lake has it.
        world.Accept();
        await world.ForgeAsync(1, "good", Ct, lsn: 5_000);
        await world.CatchUpAsync(Ct);
        await world.ReplayAsync(1, [1], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal("good", (await world.CurrentAsync(Ct))[1]);
        Assert.Equal([["1", "1", "late", null]], await world.ReplayedAsync(Ct));
    }

    [Fact]
    public async Task A_change_that_is_still_bad_stays_in_quarantine_once()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "bad", Ct);
        await world.CatchUpAsync(Ct);
        await world.ReplayAsync(1, [0], Ct);
        await world.ReplayAsync(1, [0], Ct);
        await world.CatchUpAsync(Ct);
        await world.ReplayAsync(1, [0], Ct);
        await world.CatchUpAsync(Ct);
        Assert.Single(await world.QuarantineAsync(Ct));
        Assert.Equal([["0", "1", "rejected", "contract_accepted"]], await world.ReplayedAsync(Ct));

        world.Accept();
        await world.ReplayAsync(2, [0], Ct);
        await world.ReplayAsync(3, [0], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Single(await HistoryAsync(world));
        Assert.Single(await world.QuarantineAsync(Ct));
        Assert.Equal("applied", (await world.ReplayedAsync(Ct))[^1][2]);
    }

    [Theory, InlineData(false, false), InlineData(true, false), InlineData(true, true)]
    public async Task A_value_that_was_left_out_is_that_of_the_change_before(bool isLate, bool isTogether)
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "bad", Ct);
        await world.PutAsync(1, null, Ct, unchangedBody: true);
        if (isLate)
            await world.PutAsync(1, "good", Ct);
        await MendAsync(world);
        Assert.Equal(
            ["contract_accepted", "unknown_base"],
            (await world.QuarantineAsync(Ct)).Select(static row => row[0]).Order());
        await world.ReplayAsync(1, [1], Ct);
        await world.CatchUpAsync(Ct);
        await world.ReplayAsync(1, [0], Ct);
        if (!isTogether)
            await world.CatchUpAsync(Ct);
        await world.ReplayAsync(2, [1], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal([["0", "c", "1", "bad"], ["1", "u", "1", "bad"]], (await HistoryAsync(world)).Take(2));
        Assert.Equal(
            [["1", "1", "rejected", "unknown_base"], ["1", "2", isLate ? "late" : "applied", null]],
            (await world.ReplayedAsync(Ct)).Skip(1));
    }

    [Fact]
    public async Task The_second_half_of_a_changed_key_finds_the_row_that_left()
    {
        await using var world = await StartAsync();
        world.Accept();
        await world.PutAsync(1, "large", Ct);
        await world.CatchUpAsync(Ct);
        world.Accept("good");
        await world.MoveAsync(1, 2, Ct);
        await MendAsync(world);
        Assert.Empty(await world.CurrentAsync(Ct));
        await world.ReplayAsync(1, [2], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(
            [["0", "c", "1", "large"], ["1", "d", "1", "large"], ["2", "c", "2", "large"]], await HistoryAsync(world));
    }

    [Fact]
    public async Task A_table_that_nobody_knew_gets_all_its_changes()
    {
        await using var world = new LaneWorld();
        await world.Log.EnsureTopicsAsync([new(world.Topic, 1)], Ct);
        await world.PutAsync(1, "one", Ct);
        await world.PutAsync(2, "two", Ct);
        await world.TruncateAsync(0, Ct);
        await world.PutAsync(1, "again", Ct);
        await world.DeleteAsync(1, Ct);
        await world.PutAsync(3, "three", Ct);
        await world.CatchUpAsync(Ct);
        await world.AnnounceAsync(Ct);
        await world.PutAsync(4, "four", Ct);
        await world.CatchUpAsync(Ct);
        await world.ReplayAsync(1, Enumerable.Range(0, 7), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        Assert.Equal(world.Changes, (await HistoryAsync(world)).Count);
        // And what the source sends again is a repeat of what was replayed.
        await world.RepeatAsync(5, Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        Assert.Equal(world.Changes, (await HistoryAsync(world)).Count);
    }

    [Fact]
    public async Task A_change_that_the_source_has_sent_twice_comes_home_once()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "good", Ct);
        await world.PutAsync(1, "bad", Ct);
        await world.RepeatAsync(2, Ct);
        await MendAsync(world);
        await world.ReplayAsync(1, number: 1, offset: 1L, Ct);
        await world.ReplayAsync(1, number: 1, offset: 3L, Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(2, (await HistoryAsync(world)).Count);
        Assert.Equal(
            [["1", "1", "applied", null], ["3", "1", "known", null]], await world.ReplayedAsync(Ct));
    }

    [Fact]
    public async Task Rows_without_a_key_come_once_and_not_from_before_a_truncate()
    {
        await using var world = new LaneWorld();
        world.ForgetKey();
        world.Accept("good");
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "good", Ct);
        await world.PutAsync(2, "bad", Ct);
        await world.TruncateAsync(0, Ct);
        await world.PutAsync(3, "bad", Ct);
        await world.PutAsync(4, "good", Ct);
        await MendAsync(world);
        await world.ReplayAsync(1, [1, 3], Ct);
        await world.ReplayAsync(1, [1, 3], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        Assert.Equal(world.Changes, (await HistoryAsync(world)).Count);
        Assert.Equal([["1", "1", "late", null], ["3", "1", "applied", null]], await world.ReplayedAsync(Ct));
    }

    [Fact]
    public async Task Records_of_several_partitions_come_home_to_theirs()
    {
        await using var world = await StartAsync(partitions: 3);
        for (var id = 0; id < 9; id++)
            await world.PutAsync(id, "bad", Ct);
        for (var id = 0; id < 9; id += 2)
            await world.PutAsync(id, "good", Ct);
        await MendAsync(world);
        await world.ReplayAsync(1, Enumerable.Range(0, 9), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        var history = await world.QueryAsync("history/app.items", "_partition, _offset, id % 3", Ct);
        Assert.Equal(world.Changes, history.Count);
        Assert.Equal(history.Count, history.DistinctBy(static row => (row[0], row[1])).Count());
        Assert.All(history, static row => Assert.Equal(row[2], row[0]));
    }

    [Fact]
    public async Task A_source_that_was_restored_since_has_newer_changes_at_lower_positions()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "good", Ct);
        await world.PutAsync(1, "bad", Ct);
        await world.CatchUpAsync(Ct);
        world.RestoreSource();
        await world.PutAsync(1, "good", Ct);
        await MendAsync(world);
        await world.ReplayAsync(1, [1], Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal([["1", "1", "late", null]], await world.ReplayedAsync(Ct));
        // It has moved nothing that later changes are judged by.
        await world.DeleteAsync(1, Ct);
        await world.PutAsync(1, "again", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
    }

    [Fact]
    public async Task A_new_lake_takes_the_record_where_it_stands_and_not_again()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "good", Ct);
        await world.PutAsync(1, "bad", Ct);
        await MendAsync(world);
        await world.ReplayAsync(1, [1], Ct);
        await world.CatchUpAsync(Ct);
        await world.ForgetLakeAsync(Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(2, (await HistoryAsync(world)).Count);
        Assert.Empty(await world.QuarantineAsync(Ct));
    }

    [Fact]
    public async Task What_no_replay_has_written_is_in_quarantine_with_its_reason()
    {
        await using var world = await StartAsync();
        await world.PutAsync(1, "good", Ct);
        await world.CatchUpAsync(Ct);
        await world.ReplayAsync(1, [], Ct);
        await world.SendRawAsync("__tapline-replay.shop", """{"id":1}""", "{}", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(["not_a_replay"], (await world.QuarantineAsync(Ct)).Select(static row => row[0]));
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
    }

    static async Task<LaneWorld> StartAsync(int partitions = 1)
    {
        var world = new LaneWorld(partitions);
        world.Accept("good");
        await world.AnnounceAsync(Ct);
        return world;
    }

    static async Task MendAsync(LaneWorld world)
    {
        await world.CatchUpAsync(Ct);
        world.Accept();
    }

    static Task<List<string?[]>> HistoryAsync(LaneWorld world) =>
        world.QueryAsync("history/app.items", History, Ct, "ORDER BY _offset");
}
