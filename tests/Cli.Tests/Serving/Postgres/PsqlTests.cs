using System.Diagnostics;

namespace Tapline.Cli.Tests.Serving.Postgres;

public sealed class PsqlTests : IAsyncLifetime
{
    GivenPgServer _server = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await GivenPgServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("\\dt app.*", "app | orders | table | tapline")]
    [InlineData("\\dn", "app | tapline")]
    [InlineData("\\d app.orders", "total | numeric(12,2) |")]
    [InlineData("\\d+ app.orders", "account_id | bigint |")]
    [InlineData("\\l", "lake | tapline |")]
    [InlineData("\\du", "tapline |")]
    [InlineData("SELECT count(*) FROM app.orders; SELECT 7", "100\n7")]
    [InlineData("BEGIN; SELECT 1; COMMIT", "BEGIN\n1\nCOMMIT")]
    [InlineData("SHOW server_version", "15.0")]
    [InlineData("SHOW TABLES", "quarantine")]
    [InlineData("SELECT E'a\\tb', '1 day'::INTERVAL, true, DATE '2026-01-02'", "a\tb | 1 day | t | 2026-01-02")]
    [InlineData("EXPLAIN SELECT 1", "physical_plan")]
    public async Task Psql_shows_what_it_is_asked(string command, string expected)
    {
        var (output, errors) = await RunAsync(command);
        Assert.Equal("", errors);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Psql_is_told_what_is_wrong()
    {
        var (_, errors) = await RunAsync("DELETE FROM app.orders");
        Assert.Contains("only statements that read are allowed here", errors, StringComparison.Ordinal);
    }

    async Task<(string Output, string Errors)> RunAsync(string command)
    {
        var psql = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(static folder => Path.Combine(folder, "psql")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(psql is null, "no psql: it comes with postgresql-client");
        var start = new ProcessStartInfo(psql!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-X", "-A", "-t", "-F", " | ", "-h", "127.0.0.1", "-p", $"{_server.Server.Endpoint.Port}", "-U", "ann",
                "-d", "lake", "-c", command,
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Ct);
        var errors = process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (await output, await errors);
    }
}
