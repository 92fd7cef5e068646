using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Cli.Bench;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;

namespace Tapline.Cli.Tests.Bench;

public sealed class BenchVerbTests
{
    static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_small_run_measures_everything_and_leaves_nothing_behind()
    {
        var root = Directory.CreateTempSubdirectory("tapline-test-").FullName;
        // The server runs as another user when this is root.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(root, File.GetUnixFileMode(root) | UnixFileMode.OtherExecute);
        try
        {
            var options = new BenchOptions(Rows: 400, Runs: 1, TimeProvider.System) { Root = root };
            var screen = new Screen(TextWriter.Null, TextWriter.Null, OutputFormat.Text, isTerminal: false);
            var progress = new BenchProgress(screen, options.Time);

            var report = await new BenchSuite(options, progress, NullLoggerFactory.Instance).RunAsync("all", Ct);

            var lake = report.Sections.Where(IsOfLake).ToList();
            Assert.Equal(9, report.Sections.Count - lake.Count);
            Assert.Equal(13, lake.Count);
            Assert.Contains(lake, static section => section.Lines.Any(static line => line.Role == BenchRole.Peer));
            Assert.All(lake.SelectMany(static section => section.Lines), static line =>
                Assert.True(line.Value > 0, line.Name));
            Assert.All(report.Sections.Except(lake), static section =>
            {
                Assert.Contains(section.Lines, static line => line.Role == BenchRole.Ours);
                var hasOther = section.Lines.Any(static line => line.Role != BenchRole.Ours);
                Assert.True(hasOther || !BenchDatabase.HasReceiver, section.Name);
                Assert.All(section.Lines, static line => Assert.True(line.Value > 0, line.Name));
            });
            Assert.Empty(Directory.EnumerateFileSystemEntries(root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    static bool IsOfLake(BenchSection section) => section.Name.StartsWith("lake:", StringComparison.Ordinal);

    [Fact]
    public async Task As_json_every_stage_stands_beside_its_floor_or_peers()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var code = await CommandLine.RunAsync(
            ["bench", "stages", "--rows", "400", "--runs", "1", "--output", "json"], output, errors);

        Assert.True(code == ExitCode.Success, errors.ToString());
        using var report = JsonDocument.Parse(output.ToString());
        var sections = report.RootElement.GetProperty("sections").EnumerateArray().ToArray();
        Assert.Equal(7, sections.Length);
        Assert.All(sections, static section =>
        {
            var lines = section.GetProperty("lines").EnumerateArray();
            var roles = lines.Select(static line => line.GetProperty("role").GetString());
            Assert.Equal("ours", roles.First());
            Assert.Contains(roles, static role => role is "floor" or "peer");
        });
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
}
