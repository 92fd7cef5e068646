using System.Text.Json;

namespace Tapline.Cli.Tests.Bench;

public sealed class BenchVerbTests
{
    [Theory]
    [InlineData("stages", 6)]
    [InlineData("snapshot", 1)]
    [InlineData("stream", 1)]
    public async Task A_small_run_measures_every_candidate_and_leaves_nothing_behind(string part, int sections)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var before = Folders();

        var code = await CommandLine.RunAsync(["bench", part, "--rows", "400", "--runs", "1", "--output", "json"], output, errors);

        Assert.True(code == ExitCode.Success, errors.ToString());
        using var report = JsonDocument.Parse(output.ToString());
        var measured = report.RootElement.GetProperty("sections").EnumerateArray().ToArray();
        Assert.Equal(sections, measured.Length);
        Assert.All(measured.SelectMany(static section => section.GetProperty("lines").EnumerateArray()), static line =>
            Assert.True(line.GetProperty("median").GetDouble() > 0, line.ToString()));
        Assert.All(measured, static section =>
            Assert.Contains("ours", section.GetProperty("lines").EnumerateArray().Select(static line => line.GetProperty("role").GetString())));
        Assert.Empty(Folders().Except(before));
    }

    [Theory]
    [InlineData("bench", "everything")]
    [InlineData("bench", "--rows", "5")]
    [InlineData("bench", "--runs", "0")]
    public async Task What_cannot_be_measured_is_wrong_usage(params string[] line)
    {
        using var errors = new StringWriter();

        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(line, TextWriter.Null, errors));

        Assert.Contains("hint: ./tapline bench --help", errors.ToString(), StringComparison.Ordinal);
    }

    static string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), "tapline-bench-*");
}
