using System.Text.RegularExpressions;
using Tapline.Cli.Configuration;
using Tapline.Cli.Tests.Compose;

namespace Tapline.Cli.Tests;

/// <summary>What README and docs tell people to type.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/cli.md")]
    [InlineData("docs/configuration.md")]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/aws.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/devices.md")]
    [InlineData("docs/generator.md")]
    public void Every_command_is_one_that_the_command_line_takes(string file)
    {
        var text = File.ReadAllText(Path.Combine(LauncherTests.Root, file));
        var commands = Command().Matches(text)
            .Select(static match => match.Groups["line"].Value.Trim())
            .Where(static line => !line.StartsWith("test", StringComparison.Ordinal) && !line.StartsWith('<'));

        Assert.All(commands, static line =>
            Assert.True(CommandLine.Build().Parse(Plain(line)).Errors.Count == 0, $"./tapline {line}"));
    }

    // These need an engine, which a machine that runs tests need not have: what they name is checked instead.
    [Theory]
    [InlineData("README.md", 1)]
    [InlineData("docs/operations.md", 4)]
    public void Every_container_command_names_profiles_and_services_that_the_stack_has(string file, int countMin)
    {
        var lines = ContainerCommand().Matches(File.ReadAllText(Path.Combine(LauncherTests.Root, file)))
            .Select(static match => match.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var profiles = ComposeNode.Services.Values.SelectMany(static service => service["profiles"].Texts).ToList();

        Assert.True(lines.Count >= countMin, $"{file} shows {lines.Count} commands");
        Assert.All(lines, words =>
        {
            foreach (var (at, word) in words.Index())
            {
                if (word == "--profile")
                    Assert.Contains(words[at + 1], profiles);
                if (word is "exec" or "--rm")
                    Assert.Contains(words[at + 1], ComposeNode.Services.Keys);
            }
        });
    }

    [Fact]
    public void The_ports_that_the_operations_page_names_are_those_of_the_stack()
    {
        var text = File.ReadAllText(Path.Combine(LauncherTests.Root, "docs", "operations.md"));
        var ports = ComposeNode.Services.Values.SelectMany(static service => service["ports"].Texts)
            .Select(static port => port.Split(':')[1]);

        Assert.Equal(ports.Order(StringComparer.Ordinal), PortRow().Matches(text)
            .Select(static match => match.Groups["port"].Value).Order(StringComparer.Ordinal));
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

    [GeneratedRegex(@"^docker compose [^\n#]+", RegexOptions.Multiline)]
    private static partial Regex ContainerCommand();

    [GeneratedRegex(@"^\| (?<port>\d+) \|", RegexOptions.Multiline)]
    private static partial Regex PortRow();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\[[^\]]*\]|<[^>]*>")]
    private static partial Regex Optional();

    [GeneratedRegex(@"```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
