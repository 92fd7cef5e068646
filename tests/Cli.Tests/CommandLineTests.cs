using System.Text.Json;
using Tapline.Cli.Verbs;

namespace Tapline.Cli.Tests;

public sealed class CommandLineTests
{
    readonly StringWriter _output = new();
    readonly StringWriter _errors = new();

    [Fact]
    public async Task An_unknown_verb_is_wrong_usage()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("demonstrate"));

        Assert.Contains("error: ", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("hint: ./tapline --help", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_option_is_answered_with_the_verbs_help()
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("version", "--colour"));

        Assert.Contains("hint: ./tapline version --help", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_as_json_is_one_document_of_texts()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("version", "--output", "json"));

        using var document = JsonDocument.Parse(_output.ToString());
        Assert.Equal(VersionVerb.Tapline, document.RootElement.GetProperty("tapline").GetString());
    }

    [Fact]
    public async Task Setup_says_of_each_library_that_it_loads()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("setup", "duckdb", "librdkafka", "--output", "json"));

        using var document = JsonDocument.Parse(_output.ToString());
        Assert.Equal(["duckdb", "librdkafka"],
            document.RootElement.EnumerateArray().Select(static part => part.GetProperty("name").GetString()));
        Assert.All(document.RootElement.EnumerateArray(),
            static part => Assert.Equal(JsonValueKind.Null, part.GetProperty("problem").ValueKind));
    }

    [Fact]
    public async Task Setup_of_what_there_is_not_is_wrong_usage() =>
        Assert.Equal(ExitCode.Usage, await RunAsync("setup", "kafka"));

    [Fact]
    public async Task Help_lists_every_verb_and_the_exit_codes()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("--help"));

        var help = _output.ToString();
        Assert.All(Verb.All(), verb => Assert.Contains($"  {verb.Name} ", help, StringComparison.Ordinal));
        Assert.Contains("Exit codes: 0 done", help, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Verbs))]
    public async Task Help_of_a_verb_has_examples_that_its_own_parser_accepts(string name)
    {
        Assert.Equal(ExitCode.Success, await RunAsync(name, "--help"));

        Assert.Contains("Examples:", _output.ToString(), StringComparison.Ordinal);
        var verb = Verb.All().Single(verb => verb.Name == name);
        Assert.All(verb.Examples, example => Assert.Empty(CommandLine.Build().Parse(example).Errors));
    }

    public static TheoryData<string> Verbs() => [.. Verb.All().Select(static verb => verb.Name)];

    Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, _output, _errors);
}
