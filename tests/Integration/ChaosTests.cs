using System.Diagnostics;
using System.Globalization;
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
            "--seconds-per-round", "2", "--drift");

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

    [Fact]
    public async Task An_interrupted_run_leaves_no_process_and_no_folder()
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(NativeLibraries.PostgresRoot, "bin", "postgres")),
            "no embedded PostgreSQL: run ./tapline setup");
        var folder = Path.Combine(Path.GetTempPath(), $"tapline-chaos-{Guid.NewGuid():N}");
        using var process = Start("--dir", folder, "--rate", "50");
        while (!HasStarted(folder, "stream") || !HasStarted(folder, "broker"))
        {
            Assert.False(process.HasExited);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        var lines = await File.ReadAllLinesAsync(
            Path.Combine(folder, "broker.log"), TestContext.Current.CancellationToken);

        Assert.Equal(0, Interrupt(process.Id));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, process.ExitCode);
        Assert.False(Directory.Exists(folder));
        var broker = int.Parse(lines[0].Split(' ')[3], CultureInfo.InvariantCulture);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(broker));
    }

    // A log is there before its first line.
    static bool HasStarted(string folder, string part) =>
        new FileInfo(Path.Combine(folder, $"{part}.log")) is { Exists: true, Length: > 0 };

    static async Task<(int Code, string Output, string Errors)> ChaosAsync(params string[] arguments)
    {
        using var process = Start(["--output", "json", .. arguments]);
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

    static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, "chaos", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
    }

    static int Interrupt(int process)
    {
        using var kill = Process.Start("kill", ["-INT", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        return kill.ExitCode;
    }
}
