namespace Tapline.Cli.Tests.Verbs;

public sealed class QuarantineVerbTests
{
    const string Sources = """
        tables:
          app.people:
            key: [id]
            columns:
              id: bigint
              mail: { type: text, pii: true }
              plan: { type: text, accepted: [free, paid] }
        """;

    [Fact]
    public async Task Records_are_counted_by_table_and_reason_and_shown_without_personal_data()
    {
        await using var pipeline = await CliPipeline.StartAsync(Sources);
        await pipeline.SendAsync(
            pipeline.Change("people", 'c', 1, """{"id":1,"mail":"ana@example.org","plan":"free"}"""),
            pipeline.Change("people", 'c', 2, """{"id":2,"mail":"ben@example.org","plan":"gold"}"""),
            pipeline.Change("people", 'u', 1, """{"id":1,"mail":"ana@example.org","plan":"gold"}"""),
            pipeline.Change("strange", 'c', 1, """{"id":1}"""));
        await pipeline.CatchUpAsync();

        var groups = (await pipeline.JsonAsync("quarantine")).EnumerateArray().Select(static group => (
            group.GetProperty("table").GetString(), group.GetProperty("reason").GetString(),
            group.GetProperty("count").GetInt32(), group.GetProperty("newest").GetString()));
        Assert.Equal(
            [
                ("app.people", "contract_accepted", 2, "shop.app.people/0/2"),
                ("shop.app.strange", "unknown_table", 1, "shop.app.strange/0/0"),
            ],
            groups);
        Assert.Single((await pipeline.JsonAsync("quarantine", "list", "--reason", "unknown_table")).EnumerateArray());

        var (code, masked, _) = await pipeline.RunAsync("quarantine", "show", "shop.app.people/0/1");
        Assert.Equal(ExitCode.Success, code);
        Assert.Contains("column plan: is none of the 2 accepted values", masked, StringComparison.Ordinal);
        Assert.Contains("\"plan\":\"gold\"", masked, StringComparison.Ordinal);
        Assert.DoesNotContain("ben@example.org", masked, StringComparison.Ordinal);
        var revealed = await pipeline.JsonAsync("quarantine", "show", "shop.app.people/0/1", "--reveal");
        Assert.Contains("ben@example.org", revealed.GetProperty("value").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quarantine show nonsense", "names no record")]
    [InlineData("quarantine show shop.app.people/0/9", "is not in quarantine")]
    public async Task A_record_that_is_not_there_is_answered_in_words(string command, string answer)
    {
        await using var pipeline = await CliPipeline.StartAsync(Sources);
        await pipeline.SendAsync(pipeline.Change("people", 'c', 1, """{"id":1,"mail":null,"plan":null}"""));
        await pipeline.CatchUpAsync();

        var (code, _, errors) = await pipeline.RunAsync(command.Split(' '));

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains(answer, errors, StringComparison.Ordinal);
    }
}
