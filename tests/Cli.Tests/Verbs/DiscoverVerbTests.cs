using Tapline.Cli.Configuration;
using Tapline.Contracts.Log;

namespace Tapline.Cli.Tests.Verbs;

public sealed class DiscoverVerbTests
{
    const string Row = """{"id":7,"name":"Nord","mrr":"B88=","ok":true,"created_at":1777890030123456,"note":null}""";

    [Fact]
    public async Task A_topic_without_schemas_becomes_a_declaration_that_marks_what_it_guesses()
    {
        await using var pipeline = await CliPipeline.StartAsync(sources: null);
        await pipeline.SendAsync(pipeline.Change("accounts", 'c', 7, Row));

        var (code, output, _) = await pipeline.RunAsync("discover");

        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("decimal.handling.mode=precise", output, StringComparison.Ordinal);
        Assert.Contains("only null was seen", output, StringComparison.Ordinal);
        var accounts = SourcesFile.Parse(output, "sources.yaml", static _ => null)
            .SchemaOf(CliPipeline.Name, "shop.app.accounts")!;
        Assert.Equal(
            [
                ("id", "bigint", 0), ("name", "text", -1), ("mrr", "text", -1), ("ok", "boolean", -1),
                ("created_at", "timestamp without time zone", -1), ("note", "text", -1),
            ],
            accounts.Columns.Select(static c => (c.Name, c.SourceType, c.KeyOrdinal)));
    }

    [Fact]
    public async Task What_it_writes_makes_the_waiting_topic_a_table_and_no_file_is_written_over()
    {
        await using var pipeline = await CliPipeline.StartAsync(sources: null);
        await pipeline.SendAsync(pipeline.Change("accounts", 'c', 7, Row));
        var file = Path.Combine(pipeline.Folder, "sources.yaml");

        Assert.Equal(ExitCode.Success, (await pipeline.RunAsync("discover", "--write", file)).Code);
        await pipeline.CatchUpAsync();

        Assert.Equal(["7,Nord,2026-05-04 10:20:30.123456"],
            (await pipeline.SqlAsync("select id, name, created_at::timestamp from app.accounts")));
        var (code, _, errors) = await pipeline.RunAsync("discover", "--write", file);
        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("exists already", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flattened_rows_and_rows_with_their_schema_are_told_apart()
    {
        await using var pipeline = await CliPipeline.StartAsync(sources: null);
        var flat = """{"id":1,"name":"a","__op":"c","__deleted":"false"}"""u8.ToArray();
        var whole = """{"schema":{"type":"struct","fields":[]},"payload":{"id":1}}"""u8.ToArray();
        await pipeline.SendAsync(
            new EventRecord("shop.app.flat", """{"id":1}"""u8.ToArray(), flat),
            new EventRecord("shop.app.whole", null, whole),
            new EventRecord("other.app.whole", null, whole));

        var topics = (await pipeline.JsonAsync("discover")).EnumerateArray().ToList();

        Assert.Equal(
            [
                ("shop.app.flat", "flattened, without schemas", "id name"),
                ("shop.app.whole", "flattened, with schemas", "id"),
            ],
            topics.Select(static topic => (
                topic.GetProperty("topic").GetString(),
                topic.GetProperty("form").GetString(),
                string.Join(' ', topic.GetProperty("columns").EnumerateArray()
                    .Select(static column => column.GetProperty("name").GetString())))));
        Assert.Contains("no topic matches", (await pipeline.RunAsync("discover", "--topic", "none.*")).Errors,
            StringComparison.Ordinal);
    }
}
