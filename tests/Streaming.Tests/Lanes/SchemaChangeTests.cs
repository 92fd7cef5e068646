using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>What a change of a source table's columns does to its lake tables, and that a crash does nothing to
/// that.</summary>
public sealed class SchemaChangeTests
{
    const string Current = "current/app.items";
    const string History = "history/app.items";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("smallint", "7", "integer", "70000", "INT32")]
    [InlineData("integer", "7", "bigint", "5000000000", "INT64")]
    [InlineData("numeric(10,2)", "\"7.25\"", "numeric(14,4)", "\"1234567890.1234\"", "INT64 14 4")]
    [InlineData("integer", "7", "numeric(20,1)", "\"1234567890123456789.5\"", "FIXED_LEN_BYTE_ARRAY 20 1")]
    [InlineData("real", "1.5", "double precision", "1.1", "DOUBLE")]
    public async Task A_column_that_grows_is_wider_in_every_file(
        string before, string first, string after, string second, string stored)
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("n", before));
        await world.SendRowAsync(1, 'c', $$"""{"id":1,"n":{{first}}}""", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"n":null}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("n", after));
        await world.SendRowAsync(3, 'c', $$"""{"id":3,"n":{{second}}}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        foreach (var root in new[] { Current, History })
        {
            Assert.Equal([[stored]], await world.StoredTypesAsync(root, "n", Ct));
            var values = await world.QueryAsync(root, "id, CAST(n AS DOUBLE)", Ct, "ORDER BY id");
            Assert.Equal(
                [Number(first), null, Number(second)],
                values.Select(row => row[1] is null ? (double?)null : Number(row[1]!)));
        }
    }

    [Fact]
    public async Task A_row_read_again_brings_a_new_column_to_stay()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("a", "integer"));
        await world.SendRowAsync(1, 'c', """{"id":1,"a":1}""", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"a":2}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("a", "integer"), ("n", "integer"));
        await world.SendRowAsync(1, 'r', """{"id":1,"a":1,"n":5}""", Ct);
        await world.SendRowAsync(2, 'u', """{"id":2,"a":2,"n":6}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal([["1", "5"], ["2", "6"]], await world.QueryAsync(Current, "id, n", Ct, "ORDER BY id"));
    }

    [Fact]
    public async Task A_widening_survives_a_crash_at_any_write()
    {
        var crashed = 0;
        for (var writes = 0; writes < 14; writes++)
        {
            foreach (var isEffective in new[] { false, true })
                crashed += await WidenWithCrashAsync(writes, isEffective) ? 1 : 0;
        }
        Assert.True(crashed >= 18, $"only {crashed} runs died before they were done");
    }

    static async Task<bool> WidenWithCrashAsync(int writes, bool isEffective)
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("n", "integer"));
        for (var id = 0; id < 10; id++)
        {
            await world.SendRowAsync(id, 'c', $$"""{"id":{{id}},"n":{{id}}}""", Ct);
            if (id % 4 == 3)
                await world.CatchUpAsync(Ct);
        }
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("n", "bigint"), ("note", "text"));
        await world.SendRowAsync(3, 'u', """{"id":3,"n":5000000000,"note":"x"}""", Ct);
        var store = new CrashingStore(world.Lake, writes, isEffective);
        world.Store = store;
        await world.RunUntilAsync(() => store.HasCrashed, Ct);
        world.Store = world.Lake;
        await world.SendRowAsync(4, 'd', "null", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal([["INT64"]], await world.StoredTypesAsync(Current, "n", Ct));
        Assert.Equal([["INT64"]], await world.StoredTypesAsync(History, "n", Ct));
        var rows = await world.QueryAsync(Current, "id, n, note", Ct, "ORDER BY id");
        Assert.Equal(
            Enumerable.Range(0, 10).Where(id => id != 4)
                .Select(id => id == 3 ? new string?[] { "3", "5000000000", "x" } : [$"{id}", $"{id}", null]),
            rows);
        Assert.Equal(
            ["0:c:0", "1:c:1", "2:c:2", "3:c:3", "3:u:5000000000", "4:c:4", "4:d:4", "5:c:5", "6:c:6", "7:c:7", "8:c:8",
                "9:c:9"],
            (await world.QueryAsync(History, "id, _op, n", Ct)).Select(row => string.Join(':', row)).Order());
        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(["id created", "n created", "n widened", "note added"], await ChangesAsync(world));
        return store.HasCrashed;
    }

    [Fact]
    public async Task A_type_that_does_not_fit_goes_to_a_new_column_and_comes_back()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("n", "text"));
        await world.SendRowAsync(1, 'c', """{"id":1,"n":"12"}""", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"n":"about 3"}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("n", "integer"));
        await world.SendRowAsync(3, 'c', """{"id":3,"n":7}""", Ct);
        await world.CatchUpAsync(Ct);

        // The source has cast row 1 without an event; what cannot be cast stays where it was.
        Assert.Equal(
            [["1", null, "12"], ["2", "about 3", null], ["3", null, "7"]],
            await world.QueryAsync(Current, "id, n, n_v2", Ct, "ORDER BY id"));

        await world.AlterAsync(Ct, ("n", "text"));
        await world.SendRowAsync(4, 'c', """{"id":4,"n":"x"}""", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(
            [["1", "12", null], ["2", "about 3", null], ["3", "7", null], ["4", "x", null]],
            await world.QueryAsync(Current, "id, n, n_v2", Ct, "ORDER BY id"));
        Assert.Empty(await world.QuarantineAsync(Ct));
    }

    [Fact]
    public async Task What_a_dropped_column_held_is_not_carried_on()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("n", "integer"), ("gone", "text"));
        await world.SendRowAsync(1, 'c', """{"id":1,"n":1,"gone":"a"}""", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"n":2,"gone":"b"}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("n", "integer"));
        await world.SendRowAsync(1, 'u', """{"id":1,"n":10}""", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(
            [["1", "10", null], ["2", "2", "b"]],
            await world.QueryAsync(Current, "id, n, gone", Ct, "ORDER BY id"));

        // The name comes back: what was stored under it belongs to another column.
        await world.AlterAsync(Ct, ("n", "integer"), ("gone", "text"));
        await world.SendRowAsync(3, 'c', """{"id":3,"n":3,"gone":"c"}""", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(
            [["1", "10", null], ["2", "2", null], ["3", "3", "c"]],
            await world.QueryAsync(Current, "id, n, gone", Ct, "ORDER BY id"));
    }

    [Fact]
    public async Task A_default_that_came_with_a_column_is_in_the_rows_from_before()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.PutAsync(2, "two", Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("n", "integer", Ct, missing: "7");
        await world.SendRowAsync(3, 'c', """{"id":3,"body":"three","n":8}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            [["1", "7"], ["2", "7"], ["3", "8"]], await world.QueryAsync(Current, "id, n", Ct, "ORDER BY id"));
        // No change says so: what was is not rewritten.
        Assert.Equal(
            [["1", null], ["2", null], ["3", "8"]], await world.QueryAsync(History, "id, n", Ct, "ORDER BY id"));
    }

    [Fact]
    public async Task A_row_from_before_a_default_that_comes_after_it_has_it_too()
    {
        await using var world = new LaneWorld(partitions: 2);
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.PutAsync(2, "two", Ct);
        await world.CatchUpAsync(Ct);
        var before = world.Schema;
        await world.AddColumnAsync("n", "integer", Ct, missing: "7");
        await world.SendRowAsync(3, 'c', """{"id":3,"body":"three","n":8}""", Ct);
        await world.CatchUpAsync(Ct);

        // The other partition is slower: its changes are from before.
        world.WriteUnder(before);
        world.GoBackTo(1011);
        await world.PutAsync(2, "zwei", Ct);
        world.GoBackTo(1012);
        await world.PutAsync(4, "vier", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(
            [["1", "7"], ["2", "7"], ["3", "8"], ["4", "7"]],
            await world.QueryAsync(Current, "id, n", Ct, "ORDER BY id"));
    }

    [Fact]
    public async Task A_policy_that_is_declared_of_a_table_wins()
    {
        await using var world = new LaneWorld
        {
            Policy = EvolutionPolicy.Exception,
            Sources = new SourceDeclarations(
                new DeclaredFormat(), [new DeclaredTable("app.*") { Evolution = EvolutionPolicy.Ignore }]),
        };
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("note", "text", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"body":"x","note":"y"}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal([["1"], ["2"]], await world.QueryAsync(Current, "id", Ct, "ORDER BY id"));
        Assert.Empty(await world.StoredTypesAsync(Current, "note", Ct));
    }

    [Fact]
    public async Task A_field_that_is_absent_is_no_unchanged_value()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "kept?", Ct);
        await world.CatchUpAsync(Ct);
        await world.SendRowAsync(1, 'u', """{"id":1}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal([["1", null]], await world.QueryAsync(Current, "id, body", Ct));
    }

    [Fact]
    public async Task An_integer_key_may_grow()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await world.SendRowAsync(1, 'c', """{"id":1,"body":"one"}""", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"body":"two"}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.WidenKeyAsync(Ct);
        await world.SendRowAsync(1, 'u', """{"id":1,"body":"first"}""", Ct);
        await world.SendRowAsync(2, 'd', "null", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal([["1", "first"]], await world.QueryAsync(Current, "id, body", Ct));
        Assert.Equal([["INT64"]], await world.StoredTypesAsync(History, "id", Ct));
    }

    [Fact]
    public async Task What_a_table_may_not_follow_is_in_quarantine_and_told_once()
    {
        await using var world = new LaneWorld { Policy = EvolutionPolicy.Exception };
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("note", "text", Ct);
        for (var id = 2; id < 5; id++)
        {
            await world.SendRowAsync(id, 'c', $$"""{"id":{{id}},"body":"x","note":"y"}""", Ct);
            await world.CatchUpAsync(Ct);
        }

        Assert.Equal([["1", "one"]], await world.QueryAsync(Current, "id, body", Ct));
        Assert.Equal(
            Enumerable.Repeat("schema_change note added: nothing to text", 3),
            (await world.QuarantineAsync(Ct)).Select(static row => $"{row[0]} {row[1]}"));
        Assert.Equal(["body created", "id created", "note added"], await ChangesAsync(world));

        world.Policy = EvolutionPolicy.Evolve;
        await world.SendRowAsync(5, 'c', """{"id":5,"body":"x","note":"z"}""", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(
            [["1", "one", null], ["5", "x", "z"]],
            await world.QueryAsync(Current, "id, body, note", Ct, "ORDER BY id"));
        Assert.Equal(["quarantined", "taken"], (await world.QueryAsync(
            "schema_history", "outcome", Ct, "WHERE \"column\" = 'note' ORDER BY commit_lsn, lsn"))
            .Select(static row => row[0]!));
    }

    [Fact]
    public async Task A_lenient_table_refuses_only_values_that_do_not_fit()
    {
        await using var world = new LaneWorld { Policy = EvolutionPolicy.Lenient };
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("n", "integer"), ("t", "integer"));
        await world.SendRowAsync(1, 'c', """{"id":1,"n":1,"t":1}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("n", "bigint"), ("t", "text"), ("fresh", "text"));
        await world.SendRowAsync(2, 'c', """{"id":2,"n":2,"t":null,"fresh":"f"}""", Ct);
        await world.SendRowAsync(3, 'c', """{"id":3,"n":5000000000,"t":null,"fresh":"f"}""", Ct);
        await world.SendRowAsync(4, 'c', """{"id":4,"n":4,"t":"four","fresh":"f"}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            [["1", "1", "1", null], ["2", "2", null, "f"]],
            await world.QueryAsync(Current, "id, n, t, fresh", Ct, "ORDER BY id"));
        Assert.Equal(
            ["value_out_of_range", "wrong_type"],
            (await world.QuarantineAsync(Ct)).Select(static row => row[0]!).Order());
    }

    [Fact]
    public async Task A_table_may_ignore_new_columns()
    {
        await using var world = new LaneWorld { Policy = EvolutionPolicy.Ignore };
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("note", "text", Ct);
        for (var id = 2; id < 4; id++)
        {
            await world.SendRowAsync(id, 'c', $$"""{"id":{{id}},"body":"x","note":"y"}""", Ct);
            await world.CatchUpAsync(Ct);
        }

        Assert.Equal(
            [["1", "one"], ["2", "x"], ["3", "x"]], await world.QueryAsync(Current, "id, body", Ct, "ORDER BY id"));
        Assert.Empty(await world.StoredTypesAsync(Current, "note", Ct));
        Assert.Equal(["body created", "id created", "note added"], await ChangesAsync(world));
        Assert.Empty(await world.QuarantineAsync(Ct));
    }

    static async Task<IEnumerable<string>> ChangesAsync(LaneWorld world) =>
        (await world.QueryAsync("schema_history", "\"column\", change", Ct, "ORDER BY commit_lsn, lsn, \"column\""))
            .Select(static row => $"{row[0]} {row[1]}");

    static double Number(string text) =>
        double.Parse(text.Trim('"'), System.Globalization.CultureInfo.InvariantCulture);
}
