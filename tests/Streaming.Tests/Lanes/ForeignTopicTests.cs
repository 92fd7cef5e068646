namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Topics that nobody announced: their records say by themselves what they are.</summary>
public sealed class ForeignTopicTests
{
    const string Topic = "shop.app.Weird_T_ble";
    const string Key = """{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}]}""";

    const string Row = """
        "fields":[{"type":"int32","optional":false,"field":"id"},{"type":"bytes","optional":true,"field":"price",
        "name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2","connect.decimal.precision":"10"}},
        {"type":"struct","name":"io.debezium.data.VariableScaleDecimal","optional":true,"field":"wide"}]
        """;

    const string Envelope = """
        {"type":"struct","fields":[{"type":"struct","optional":true,"field":"before",
        """ + Row + """},{"type":"struct","optional":true,"field":"after",""" + Row + """
        },{"type":"struct","field":"source"},{"type":"string","field":"op"}]}
        """;

    int _position;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_that_carries_its_schema_needs_no_other()
    {
        await using var world = await WorldAsync();
        await SendAsync(world, 1, 'c', """{"id":1,"price":"B88=","wide":{"scale":1,"value":"Dw=="}}""");
        await SendAsync(world, 2, 'c', """{"id":2,"price":null,"wide":null}""");
        await SendAsync(world, 1, 'u', """{"id":1,"price":"AJY=","wide":null}""");
        await SendAsync(world, 2, 'd', "null");
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        // 1.5 is too short to be left out: null means null.
        Assert.Equal(
            [["1", "1.50", null]], await world.QueryAsync("current/app.Weird Täble", "id, price, wide", Ct));
        Assert.Equal(4, (await world.QueryAsync("history/app.Weird Täble", "id", Ct)).Count);
    }

    [Fact]
    public async Task Rows_without_their_envelope_are_applied_in_the_order_of_the_log()
    {
        await using var world = await WorldAsync();
        var schema = """{"type":"struct",""" + Row + "}";
        foreach (var (id, row) in (IEnumerable<(int, string)>)
            [
                (1, """{"id":1,"price":"B88=","wide":null}"""),
                (1, """{"id":1,"price":"AJY=","wide":null}"""),
                (2, """{"id":2,"price":null,"wide":null}"""),
                (2, "null"),
            ])
        {
            await world.SendRawAsync(Topic, Wrapped(Key, Id(id)), Wrapped(schema, row), Ct);
        }
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal([["1", "1.50"]], await world.QueryAsync("current/app.Weird_T_ble", "id, price", Ct));
    }

    [Fact]
    public async Task Of_rows_without_their_envelope_a_tombstone_that_no_delete_is_before_is_the_delete()
    {
        await using var world = await WorldAsync();
        var schema = """{"type":"struct",""" + Row + "}";
        foreach (var id in (IEnumerable<int>)[1, 2, 3])
            await SendRowAsync(world, schema, id);
        await world.SendRawAsync(Topic, Wrapped(Key, Id(1)), null, Ct);
        await world.CatchUpAsync(Ct);
        await SendRowAsync(world, schema, 3);
        await world.SendRawAsync(Topic, Wrapped(Key, Id(2)), null, Ct);
        await SendRowAsync(world, schema, 1);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal([["1"], ["3"]], await world.QueryAsync("current/app.Weird_T_ble", "id", Ct, "ORDER BY id"));
        Assert.Equal(
            [["1"], ["2"]], await world.QueryAsync("history/app.Weird_T_ble", "id", Ct, "WHERE _op = 'd' ORDER BY id"));
    }

    [Fact]
    public async Task A_tombstone_in_a_topic_of_whole_envelopes_is_nothing_by_itself()
    {
        await using var world = await WorldAsync();
        await SendAsync(world, 1, 'c', """{"id":1,"price":"B88=","wide":null}""");
        await SendAsync(world, 1, 'd', "null");
        await world.SendRawAsync(Topic, Wrapped(Key, Id(1)), null, Ct);
        await SendAsync(world, 1, 'c', """{"id":1,"price":"B88=","wide":null}""");
        // As PartitionRouting leaves it: the delete is in another partition, and maybe not read yet.
        await world.SendRawAsync(Topic, Wrapped(Key, Id(1)), null, Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal([["1"]], await world.QueryAsync("current/app.Weird Täble", "id", Ct));
    }

    [Fact]
    public async Task Without_a_key_the_row_before_a_change_says_which_one_it_is()
    {
        const string One = """{"id":1,"price":"B88=","wide":null}""";
        const string Two = """{"id":2,"price":"B88=","wide":null}""";
        await using var world = await WorldAsync();
        foreach (var row in (IEnumerable<string>)[One, One, Two])
            await SendAsync(world, 0, 'c', row, isKeyless: true);
        await SendAsync(world, 0, 'u', """{"id":3,"price":"AJY=","wide":null}""", before: One, isKeyless: true);
        await SendAsync(world, 0, 'd', "null", before: Two, isKeyless: true);
        await SendAsync(world, 0, 'u', Two, isKeyless: true);
        await world.CatchUpAsync(Ct);

        Assert.Contains("no_key", Assert.Single(await world.QuarantineAsync(Ct)));
        Assert.Equal(
            [["1", "19.99"], ["3", "1.50"]],
            await world.QueryAsync("current/app.Weird Täble", "id, price", Ct, "ORDER BY id"));
    }

    [Fact]
    public async Task A_row_that_moves_to_another_partition_of_its_table_moves_to_another_topic()
    {
        const string Other = "shop.app.items_2026";
        const string Row = """{"id":1,"price":"B88=","wide":null}""";
        await using var world = await WorldAsync();
        await world.Log.EnsureTopicsAsync([new(Other, 1)], Ct);
        await SendAsync(world, 1, 'c', Row);
        await SendAsync(world, 1, 'd', "null");
        await SendAsync(world, 1, 'c', Row, topic: Other);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QueryAsync("current/app.Weird Täble", "id", Ct));
        Assert.Equal([["1", "19.99"]], await world.QueryAsync("current/app.items_2026", "id, price", Ct));
    }

    [Fact]
    public async Task A_schema_that_cannot_be_understood_puts_its_record_into_quarantine()
    {
        await using var world = await WorldAsync();
        await world.SendRawAsync(
            Topic, Id(1), Wrapped("""{"type":"struct","fields":[{"type":"int128","field":"id"}]}""", Id(1)), Ct);
        await SendAsync(world, 2, 'c', """{"id":2,"price":null,"wide":null}""");
        await world.CatchUpAsync(Ct);

        Assert.Contains("unreadable_schema", Assert.Single(await world.QuarantineAsync(Ct)));
        Assert.Single(await world.QueryAsync("current/app.Weird Täble", "id", Ct));
    }

    static Task SendRowAsync(LaneWorld world, string schema, int id) => world.SendRawAsync(
        Topic, Wrapped(Key, Id(id)), Wrapped(schema, $$"""{"id":{{id}},"price":"B88=","wide":null}"""), Ct);

    static async Task<LaneWorld> WorldAsync()
    {
        var world = new LaneWorld();
        await world.Log.EnsureTopicsAsync([new(Topic, 1)], Ct);
        return world;
    }

    Task SendAsync(
        LaneWorld world, int id, char op, string after, string before = "null", bool isKeyless = false,
        string topic = Topic)
    {
        var name = topic == Topic ? "Weird Täble" : topic.Split('.')[^1];
        var value = $$"""
            {"before":{{before}},"after":{{after}},
            "source":{"schema":"app","table":"{{name}}","sequence":"[\"{{++_position}}\",\"1\"]"},"op":"{{op}}"}
            """;
        return world.SendRawAsync(topic, isKeyless ? null : Wrapped(Key, Id(id)), Wrapped(Envelope, value), Ct);
    }

    static string Id(int id) => $"{{\"id\":{id}}}";

    static string Wrapped(string schema, string payload) => "{\"schema\":" + schema + ",\"payload\":" + payload + "}";
}
