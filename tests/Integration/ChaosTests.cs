using System.Diagnostics;
using System.Text.Json;
using Tapline.Native;

namespace Tapline.Integration.Tests;

/// <summary>The chaos verb as a user runs it: processes of the built program, killed while they work.</summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task Parts_that_are_killed_at_random_lose_nothing_and_repeat_nothing()
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(NativeLibraries.PostgresRoot, "bin", "postgres")),
            "no embedded PostgreSQL: run ./tapline setup");

        var (code, output, errors) = await ChaosAsync("--rounds", "5", "--seed", "5", "--rate", "200",
            "--seconds-per-round", "2");

        Assert.True(code == 0, $"exit code {code}\n{errors}\n{output}");
        using var report = JsonDocument.Parse(output);
        Assert.True(report.RootElement.GetProperty("clean").GetBoolean());
        var rounds = report.RootElement.GetProperty("rounds").EnumerateArray().ToArray();
        Assert.Equal(5, rounds.Length);
        Assert.All(rounds, static round =>
        {
            Assert.NotEmpty(round.GetProperty("killed").EnumerateArray());
            Assert.InRange(round.GetProperty("changes").GetInt64(), 1, long.MaxValue);
            Assert.Empty(round.GetProperty("findings").EnumerateArray());
        });
        Assert.False(Directory.Exists(report.RootElement.GetProperty("folder").GetString()));
    }

    static async Task<(int Code, string Output, string Errors)> ChaosAsync(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll");
        var start = new ProcessStartInfo("dotnet", [program, "chaos", "--output", "json", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        var ct = TestContext.Current.CancellationToken;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
