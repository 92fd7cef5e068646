namespace Tapline.Cli.Tests.Models;

public sealed class ModelsDocsVerbTests : IDisposable
{
    const string Totals = """
        ---
        key: customer_id
        inputs: { orders: customer_id }
        ---
        select customer_id, count(*) as orders from orders group by all
        """;

    readonly ModelLake _lake = new();

    public void Dispose() => _lake.Dispose();

    [Fact]
    public async Task Pages_are_written_and_those_of_models_that_are_gone_removed()
    {
        _lake.Write("entity/old.sql", Totals);
        await RunAsync();
        await File.WriteAllTextAsync(
            Path.Combine(_lake.Output, "models", "mine.html"), "<p>mine</p>", TestContext.Current.CancellationToken);
        File.Move(Path.Combine(_lake.Package, "entity/old.sql"), Path.Combine(_lake.Package, "entity/new.sql"));

        await RunAsync();

        Assert.True(File.Exists(Path.Combine(_lake.Output, "index.html")));
        Assert.Equal(
            ["mine.html", "new.html"],
            Directory.EnumerateFiles(Path.Combine(_lake.Output, "models")).Select(Path.GetFileName).Order());
    }

    async Task RunAsync() => Assert.Equal(ExitCode.Success, await CommandLine.RunAsync(
        ["models", "docs", _lake.Package, "--out", _lake.Output], new StringWriter(), new StringWriter()));
}
