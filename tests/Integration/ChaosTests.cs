using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tapline.Lakehouse.Storage.S3;
using Tapline.Native;
using Tapline.TestKit.S3;
using Tapline.TestKit.Storage;

namespace Tapline.Integration.Tests;

/// <summary>The chaos verb as a user runs it: processes of the built program, killed while they work.</summary>
public sealed class ChaosTests(S3Buckets buckets)
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
    public async Task A_lake_in_a_bucket_that_fails_all_the_time_loses_nothing_and_keeps_nothing_that_no_version_names()
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(NativeLibraries.PostgresRoot, "bin", "postgres")),
            "no embedded PostgreSQL: run ./tapline setup");
        Assert.SkipUnless(CephServer.IsInstalled, CephServer.Absent);
        var bucket = await buckets.CreateAsync(TestContext.Current.CancellationToken);

        var (code, output, errors) = await ChaosAsync("--rounds", "2", "--seed", "7", "--rate", "100",
            "--seconds-per-round", "3", "--s3", $"http://127.0.0.1:{buckets.Port}/{bucket}", "--faults", "15");

        Assert.True(code == 0, $"exit code {code}\n{errors}\n{output}");
        using var report = JsonDocument.Parse(output);
        Assert.True(report.RootElement.GetProperty("clean").GetBoolean());
        Assert.Contains("AnswerLost", report.RootElement.GetProperty("faults").GetString(), StringComparison.Ordinal);
        using var copies = new TemporaryFolder("chaos-copies");
        using var direct = new S3ObjectStore(buckets.Options(bucket, copies.FullPath) with { Prefix = "" });
        Assert.Empty(await direct.ListAsync("", startAfter: null, TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Workers_that_are_killed_lose_their_lanes_to_others_and_nothing_else()
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(NativeLibraries.PostgresRoot, "bin", "postgres")),
            "no embedded PostgreSQL: run ./tapline setup");

        var (code, output, errors) = await ChaosAsync("--rounds", "3", "--seed", "11", "--rate", "200",
            "--seconds-per-round", "4", "--drift", "--lanes", "3", "--workers", "2");

        Assert.True(code == 0, $"exit code {code}\n{errors}\n{output}");
        using var report = JsonDocument.Parse(output);
        Assert.All(report.RootElement.GetProperty("rounds").EnumerateArray(), static round =>
            Assert.Empty(round.GetProperty("findings").EnumerateArray()));
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
            Environment =
            {
                ["AWS_ACCESS_KEY_ID"] = CephServer.AccessKey,
                ["AWS_SECRET_ACCESS_KEY"] = CephServer.SecretKey,
            },
        })!;
    }

    static int Interrupt(int process)
    {
        using var kill = Process.Start("kill", ["-INT", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        return kill.ExitCode;
    }
}
