namespace Tapline.Streaming.Tests.Lanes;

public sealed class LaneTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Current_holds_the_rows_and_history_every_change()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        for (var id = 0; id < 50; id++)
            await world.PutAsync(id, $"body {id}", Ct);
        await world.PutAsync(7, null, Ct);
        await world.DeleteAsync(8, Ct);
        await world.PutAsync(9, "", Ct, unchangedBody: true);
        await world.MoveAsync(10, 100, Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        var history = await world.QueryAsync("history/app.items", "id, _op, body", Ct, "ORDER BY _offset");
        Assert.Equal(world.Changes, history.Count);
        Assert.Equal("body 8", history.Single(row => row is ["8", "d", _])[2]);
        Assert.True(history[^1] is ["100", "c", "body 10"]);
    }

    [Fact]
    public async Task What_a_source_sends_again_is_dropped()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        for (var round = 0; round < 5; round++)
        {
            for (var id = 0; id < 20; id++)
                await world.PutAsync(id, $"{round}", Ct);
            await world.DeleteAsync(round, Ct);
            await world.MoveAsync(10 + round, 200 + round, Ct);
            await world.RepeatAsync(15, Ct);
            var status = await world.CatchUpAsync(Ct);
            Assert.True(round == 0 || status.Tables.Sum(table => table.Repeated) > 0);
        }
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(world.Changes, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
    }

    [Fact]
    public async Task A_change_from_before_its_rows_copy_is_a_repeat()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        // At 5000, after the changes below: 1 and 2 have taken each other's key, 3 was moved to 4, 5 is gone.
        await world.CopyRowAsync(1, "was 2", copiedAt: 5_000, Ct);
        await world.CopyRowAsync(2, "was 1", copiedAt: 5_000, Ct);
        await world.CopyRowAsync(4, "was 3", copiedAt: 5_000, Ct);
        var copied = world.Rows.ToDictionary();
        world.Assume(3);
        world.Assume(5);
        world.GoBackTo(1_000);
        await world.MoveAsync(1, -1, Ct);
        await world.MoveAsync(2, 1, Ct);
        await world.MoveAsync(-1, 2, Ct);
        await world.PutAsync(3, "", Ct, unchangedBody: true);
        await world.DeleteAsync(4, Ct);
        await world.PutAsync(4, "was 3", Ct);
        await world.PutAsync(5, "", Ct, unchangedBody: true);
        await world.DeleteAsync(5, Ct);
        world.GoBackTo(6_000);
        await world.PutAsync(2, "was 1, then changed", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        copied[2] = "was 1, then changed";
        Assert.Equal(copied.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
    }

    [Fact]
    public async Task A_column_added_while_streaming_appears_and_is_null_before()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "old", Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("note", "text", Ct);
        await world.PutAsync(2, "new", Ct);
        await world.CatchUpAsync(Ct);
        await world.PutAsync(1, "newer", Ct);
        await world.CatchUpAsync(Ct);

        var rows = await world.QueryAsync("current/app.items", "id, body, note", Ct, "ORDER BY id");
        Assert.Equal([["1", "newer", null], ["2", "new", null]], rows);
    }

    [Fact]
    public async Task Rows_that_are_copied_again_after_a_column_was_added_are_repeats()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.PutAsync(2, null, Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("note", "text", Ct);
        await world.CopyAsync(Ct);
        await world.PutAsync(3, "three", Ct);
        await world.CatchUpAsync(Ct);
        await world.CopyAsync(Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(3, (await world.QueryAsync("history/app.items", "id", Ct)).Count);
        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
    }

    [Fact]
    public async Task What_cannot_be_used_is_in_quarantine_and_the_rest_goes_on()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "good", Ct);
        await world.SendRawAsync(world.Topic, "{\"id\":2}", "{\"op\":", Ct);
        await world.SendRawAsync(world.Topic, "{\"id\":2}", "{\"hello\":1}", Ct);
        await world.SendRawAsync(world.Topic, "{\"id\":\"x\"}", Envelope("""{"id":"x","body":null}"""), Ct);
        var large = $$"""{"id":3,"body":"{{new string('x', 200_000)}}"}""";
        await world.SendRawAsync(world.Topic, "{\"id\":3}", Envelope(large), Ct);
        var without = """{"id":4,"body":"__debezium_unavailable_value"}""";
        await world.SendRawAsync(world.Topic, "{\"id\":4}", Envelope(without, 'u'), Ct);
        await world.Log.EnsureTopicsAsync([new(LaneWorld.Prefix + ".app.stranger", 1)], Ct);
        await world.SendRawAsync(LaneWorld.Prefix + ".app.stranger", "{\"id\":1}", Envelope("""{"id":1}"""), Ct);
        await world.PutAsync(5, "good", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows, await world.CurrentAsync(Ct));
        Assert.Equal(
            ["malformed_json", "not_an_envelope", "too_large", "unknown_base", "unknown_table", "wrong_type"],
            (await world.QuarantineAsync(Ct)).Select(row => row[0]!).Order(StringComparer.Ordinal));
    }

    static string Envelope(string after, char op = 'c') => $$"""
        {"before":null,"after":{{after}},
         "source":{"snapshot":"false","sequence":"[\"1000\",\"1011\"]","ts_us":1,"txId":1,"lsn":1011},
         "op":"{{op}}","ts_ms":6}
        """;
}
