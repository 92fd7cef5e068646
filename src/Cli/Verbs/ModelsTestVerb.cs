using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Models.Testing;

namespace Tapline.Cli.Verbs;

/// <summary>Runs a package's unit tests: given rows, expected rows.</summary>
sealed class ModelsTestVerb : Verb
{
    public ModelsTestVerb()
        : base("test", "Run a package's unit tests: given rows, expected rows",
            "models test models/bar", "models test models/shop --output json") =>
        Arguments.Add(ChosenPackage.Argument);

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        var results = new JsonArray();
        var failed = 0;
        foreach (var test in UnitTestFile.ReadAll(package.Folder))
        {
            var problems = UnitTestRun.Run(package, test, ct);
            failed += problems.IsEmpty ? 0 : 1;
            screen.Line($"{(problems.IsEmpty ? "✓" : "✗")} {test.Model}: {test.Name}");
            foreach (var problem in problems)
                screen.Line($"    {test.Place}: {problem}");
            results.Add((JsonNode)new JsonObject
            {
                ["test"] = test.Name,
                ["model"] = test.Model,
                ["passed"] = problems.IsEmpty,
                ["problems"] = new JsonArray([.. problems.Select(static problem => (JsonNode)problem)]),
            });
        }
        screen.Line($"{results.Count - failed} passed, {failed} failed");
        screen.Result(results);
        return Task.FromResult(failed == 0 ? ExitCode.Success : ExitCode.Differences);
    }
}
