using System.Diagnostics;
using Tapline.Cli;
using Tapline.Ingest.Postgres;
using Tapline.TestKit;
using Tapline.TestKit.Storage;

namespace Tapline.Integration.Tests.BadInput;

/// <summary>What is wrong before anything runs is told in words, all of it at once, by an exit code and without a stack
/// trace.</summary>
public sealed class StartTests : IDisposable
{
    readonly TemporaryFolder _folder = new("start");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Five_mistakes_in_the_configuration_are_told_at_once()
    {
        var file = Path.Combine(_folder.FullPath, "tapline.yaml");
        await File.WriteAllTextAsync(
            file,
            """
            pipeline: "my bar"
            log: { embedded: { port: 99999 } }
            source:
              postgres:
                connection: "host=localhost;database=bar"
                paralelism: 2
                heartbeat_seconds: soon
            stream: { lanes: 0 }
            """,
            TestPipeline.Ct);
        var (code, output) = await TaplineAsync("run", "--config", file);
        Assert.Equal(ExitCode.Usage, code);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        foreach (var line in (int[])[1, 2, 6, 7, 8])
            Assert.Contains($"tapline.yaml:{line}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lake_that_is_not_there_is_named()
    {
        var file = Path.Combine(_folder.FullPath, "tapline.yaml");
        await File.WriteAllTextAsync(file, "pipeline: bar\nlake: { path: ./nowhere }\n", TestPipeline.Ct);
        var (code, output) = await TaplineAsync("sql", "--config", file, "SELECT 1");
        Assert.NotEqual(0, code);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Contains($"there is no lake in {_folder.FullPath}", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullPath, "nowhere")), "a question made the folder");
    }

    [Fact]
    public async Task A_database_without_logical_wal_is_told_before_anything_is_changed()
    {
        Assert.SkipUnless(PostgresInstallation.Embedded.Exists, "no embedded PostgreSQL: run ./tapline setup");
        await using var server = await PostgresServer.StartAsync(
            PostgresInstallation.Embedded, ["wal_level = replica"], TestPipeline.Ct);
        var report = await PostgresPreflight.CheckAsync(
            new PostgresSourceOptions { ConnectionString = server.ConnectionString(), Prefix = "bar" },
            TestPipeline.Ct);
        var failure = report.ToException();
        Assert.NotNull(failure);
        Assert.Contains("wal_level is replica", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ALTER SYSTEM SET wal_level", failure.Hint, StringComparison.Ordinal);
    }

    static async Task<(int Code, string Output)> TaplineAsync(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestPipeline.Ct);
        var errors = process.StandardError.ReadToEndAsync(TestPipeline.Ct);
        await process.WaitForExitAsync(TestPipeline.Ct);
        return (process.ExitCode, await output + await errors);
    }
}
