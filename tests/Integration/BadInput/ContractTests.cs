using Tapline.Cli.Configuration;
using Tapline.Contracts.Log;

namespace Tapline.Integration.Tests.BadInput;

/// <summary>Rows that break a declared contract: in quarantine with the column named and no value told, and the lake
/// keeps the last good row.</summary>
public sealed class ContractTests
{
    const string Sources = """
        tables:
          app.notes:
            format: { decimal: string, time: isostring }
            key: [id]
            columns:
              id: bigint not null
              body: { type: text, not_null: true, accepted: [good, better] }
              price: { type: "numeric(6,2)", range: [">= 0", "< 100"] }
              day: { type: date, range: ">= 2020-01-01" }
        """;

    readonly NotesSource _source = new();

    [Fact]
    public async Task What_breaks_the_contract_is_in_quarantine_and_the_last_good_row_stays()
    {
        await using var pipeline = await StartAsync(Sources);
        await pipeline.SendAsync(
            Row(1, "\"good\"", "\"0.00\"", "\"2020-01-01Z\""),
            Row(2, "\"better\"", "\"99.99\"", "null"),
            Row(1, "\"worse-secret\"", "\"1.00\"", "null", 'u'),
            Row(2, "null", "\"1.00\"", "null", 'u'),
            Row(3, "\"good\"", "\"100.00\"", "null"),
            Row(4, "\"good\"", "\"-0.01\"", "null"),
            Row(5, "\"good\"", "null", "\"2019-12-31Z\""),
            Row(6, "\"good\"", "null", "null"));
        var status = await pipeline.CatchUpAsync();

        Assert.Equal(
            [["1", "good", "0.00"], ["2", "better", "99.99"], ["6", "good", null]],
            await pipeline.QueryAsync("SELECT id, body, price FROM app.notes ORDER BY id"));
        Assert.Equal("3", Assert.Single(await pipeline.QueryAsync("SELECT count(*) FROM history.app_notes"))[0]);
        Assert.Equal(
            [
                ["app.notes", "contract_accepted", "column body: is none of the 2 accepted values"],
                ["app.notes", "contract_not_null", "column body: is null"],
                ["app.notes", "contract_range", "column price: is not < 100"],
                ["app.notes", "contract_range", "column price: is not >= 0"],
                ["app.notes", "contract_range", "column day: is not >= 2020-01-01"],
            ],
            await pipeline.QueryAsync("""SELECT "table", reason, detail FROM quarantine ORDER BY "offset" """));
        Assert.Equal(5, status.Quarantined);
    }

    [Fact]
    public async Task A_delete_keeps_no_contract()
    {
        await using var pipeline = await StartAsync(Sources);
        await pipeline.SendAsync(Row(1, "\"good\"", "\"0.00\"", "null"));
        await pipeline.SendAsync(_source.Record(1, "null", op: 'd'));
        var status = await pipeline.CatchUpAsync();

        Assert.Empty(await pipeline.QueryAsync("SELECT * FROM app.notes"));
        Assert.Equal(0, status.Quarantined);
    }

    [Fact]
    public async Task A_contract_also_binds_a_table_that_says_its_own_columns()
    {
        await using var pipeline = await StartAsync(
            "tables: { \"app.*\": { columns: { body: { accepted: [good] }, gone: { not_null: true } } } }");
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await pipeline.SendAsync(_source.Insert(1, "bad"), _source.Insert(2, "good"));
        await pipeline.CatchUpAsync();

        Assert.Equal(
            [
                ["contract_accepted", "column body: is none of the 1 accepted values"],
                ["contract_not_null", "column gone: the table does not have it"],
            ],
            await pipeline.QueryAsync("SELECT reason, detail FROM quarantine ORDER BY reason"));
    }

    EventRecord Row(int id, string body, string price, string day, char op = 'c') =>
        _source.Record(id, $$"""{"id":{{id}},"body":{{body}},"price":{{price}},"day":{{day}}}""", op: op);

    static async Task<TestPipeline> StartAsync(string sources)
    {
        var pipeline = await TestPipeline.StartAsync(NotesSource.Prefix);
        await pipeline.Log.EnsureTopicsAsync([new TopicSpec(NotesSource.Topic, 1)], TestPipeline.Ct);
        var declared = SourcesFile.Parse(sources, "sources.yaml", static _ => null);
        pipeline.Options = pipeline.Options with { Sources = declared };
        return pipeline;
    }
}
