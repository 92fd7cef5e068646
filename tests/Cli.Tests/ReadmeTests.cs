using System.Text.RegularExpressions;
using Tapline.Cli.Configuration;

namespace Tapline.Cli.Tests;

/// <summary>What README and docs tell people to type.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/cli.md")]
    [InlineData("docs/configuration.md")]
    [InlineData("docs/architecture.md")]
    public void Every_command_is_one_that_the_command_line_takes(string file)
    {
        var text = File.ReadAllText(Path.Combine(LauncherTests.Root, file));
        var commands = Command().Matches(text)
            .Select(static match => match.Groups["line"].Value.Trim())
            .Where(static line => !line.StartsWith("test", StringComparison.Ordinal) && !line.StartsWith('<'));

        Assert.All(commands, static line =>
            Assert.True(CommandLine.Build().Parse(Plain(line)).Errors.Count == 0, $"./tapline {line}"));
    }

    [Fact]
    public void The_configuration_that_the_documents_show_is_one_that_is_taken()
    {
        foreach (var file in new[] { "README.md", "docs/configuration.md" })
        {
            var text = File.ReadAllText(Path.Combine(LauncherTests.Root, file));
            var yaml = YamlBlock().Match(text).Groups["yaml"].Value;
            var config = ConfigFile.Parse(
                yaml, file, "/", static name => name == "DATABASE_URL" ? "postgres://u@h/d" : null);

            Assert.NotNull(config.Source);
        }
    }

    /// <summary>The command without what a document says around it.</summary>
    static string Plain(string line) => Optional().Replace(Remark().Replace(line, ""), "");

    [GeneratedRegex(@"^\./tapline (?<line>[^\n]+)$|`\./tapline (?<line>[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\[[^\]]*\]|<[^>]*>")]
    private static partial Regex Optional();

    [GeneratedRegex(@"```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
