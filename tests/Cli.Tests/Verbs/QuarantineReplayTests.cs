using System.Text.Json;
using Tapline.Contracts.Log;

namespace Tapline.Cli.Tests.Verbs;

/// <summary>Records that go back after a fix, through the command line and a real broker.</summary>
public sealed class QuarantineReplayTests
{
    const string History = "select id, plan, _op, _offset from history.app_people order by _commit_lsn, _offset";

    static string Sources(string plans) => $$"""
        tables:
          app.people: { key: [id], columns: { id: bigint, plan: { type: text, accepted: [{{plans}}] } } }
        """;

    [Fact]
    public async Task A_row_that_broke_the_contract_has_its_place_when_the_contract_is_mended()
    {
        await using var pipeline = await CliPipeline.StartAsync(Sources("free, paid"));
        await pipeline.SendAsync(
            Row(pipeline, 'c', 1, "gold"),
            Row(pipeline, 'c', 2, "free"),
            Row(pipeline, 'u', 2, "gold"),
            Row(pipeline, 'u', 1, "paid"));
        await pipeline.CatchUpAsync();
        Assert.Equal(2, Waiting(await pipeline.JsonAsync("quarantine", "list")));
        await pipeline.RunAsync("quarantine", "replay");
        await pipeline.CatchUpAsync();
        var waiting = await pipeline.JsonAsync("quarantine", "show", "shop.app.people/0/2");
        Assert.Equal(1, waiting.GetProperty("replays").GetInt32());

        pipeline.Declare(Sources("free, paid, gold"));
        Assert.Equal(2, await SentAsync(pipeline, "--topic", "shop.app.people"));
        await pipeline.CatchUpAsync();

        Assert.Equal(["1,paid", "2,gold"], await pipeline.SqlAsync("select id, plan from app.people order by id"));
        Assert.Equal(["1,gold,c,0", "2,free,c,1", "2,gold,u,2", "1,paid,u,3"], await pipeline.SqlAsync(History));
        Assert.Equal(0, Waiting(await pipeline.JsonAsync("quarantine", "list")));
        Assert.Equal(
            ["0,1,rejected", "0,2,late", "2,1,rejected", "2,2,applied"],
            await pipeline.SqlAsync(
                """select "offset", attempt, outcome from quarantine_replayed order by "offset", attempt"""));
        Assert.Equal(["2"], await pipeline.SqlAsync("select count(*) from quarantine"));
    }

    [Fact]
    public async Task A_table_that_was_declared_late_gets_all_its_changes_in_their_order()
    {
        await using var pipeline = await CliPipeline.StartAsync("tables: {}");
        await pipeline.SendAsync(
            Row(pipeline, 'c', 1, "free"),
            Row(pipeline, 'c', 2, "free"),
            Row(pipeline, 'c', 3, "free"),
            Row(pipeline, 'u', 1, "paid"),
            pipeline.Change("people", 'd', 2, "null"));
        await pipeline.CatchUpAsync();
        pipeline.Declare(Sources("free, paid, gold"));
        await pipeline.SendAsync(Row(pipeline, 'u', 1, "gold"), pipeline.Change("people", 'd', 3, "null"));
        await pipeline.CatchUpAsync();

        Assert.Equal(0, await SentAsync(pipeline, "--dry-run"));
        Assert.Equal(5, await SentAsync(pipeline, "--reason", "unknown_table"));
        Assert.Equal(5, await SentAsync(pipeline));
        await pipeline.CatchUpAsync();

        Assert.Equal(["1,gold"], await pipeline.SqlAsync("select id, plan from app.people"));
        Assert.Equal(
            ["1,free,c,0", "2,free,c,1", "3,free,c,2", "1,paid,u,3", "2,free,d,4", "1,gold,u,5", "3,,d,6"],
            await pipeline.SqlAsync(History));
        Assert.Equal(0, Waiting(await pipeline.JsonAsync("quarantine", "list")));
        Assert.Equal(0, await SentAsync(pipeline));
    }

    [Fact]
    public async Task Records_that_are_named_go_alone_with_their_headers()
    {
        await using var pipeline = await CliPipeline.StartAsync("tables: {}");
        await pipeline.SendAsync(
            Row(pipeline, 'c', 1, "free"),
            Row(pipeline, 'c', 2, "free") with { Headers = [new EventHeader("trace", "7"u8.ToArray())] },
            pipeline.Change("people", 'd', 1, "null"));
        await pipeline.CatchUpAsync();
        pipeline.Declare(Sources("free"));

        Assert.Equal(2, await SentAsync(pipeline, "--id", "shop.app.people/0/1", "shop.app.people/0/0"));
        await using var reader = pipeline.Log.OpenReader("test");
        reader.Assign(new TopicPartition("__tapline-replay.shop", 0), 1);
        var chunk = (await reader.PollAsync(TimeSpan.FromSeconds(20), 1 << 20, CliPipeline.Ct)).Single();
        var slot = chunk.Slots.Span[0];
        Assert.True(chunk.TryGetHeader(slot, "trace"u8, out var trace) && trace.SequenceEqual("7"u8));
        Assert.True(chunk.TryGetHeader(slot, "tapline.replay"u8, out var place));
        Assert.Equal(new TopicPartition("shop.app.people", 0), ReplayMark.Parse(place)!.Value.Partition);
        await pipeline.CatchUpAsync();
        Assert.Equal(["1,free", "2,free"], await pipeline.SqlAsync("select id, plan from app.people order by id"));
        Assert.Equal(1, Waiting(await pipeline.JsonAsync("quarantine", "list")));
    }

    static int Waiting(JsonElement groups) =>
        groups.EnumerateArray().Sum(static group => group.GetProperty("count").GetInt32());

    static async Task<int> SentAsync(CliPipeline pipeline, params string[] choice) =>
        (await pipeline.JsonAsync(["quarantine", "replay", .. choice])).GetProperty("sent").GetInt32();

    static EventRecord Row(CliPipeline pipeline, char op, int id, string plan) =>
        pipeline.Change("people", op, id, $$"""{"id":{{id}},"plan":"{{plan}}"}""");
}
