using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Models;
using Tapline.Models.Lineage;
using Tapline.Models.Testing;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Verbs;

/// <summary>Runs a package's tests: unit tests, which need the package alone, or those of its headers over a
/// lake.</summary>
sealed class ModelsTestVerb : Verb
{
    const string Personal = "(personal)";

    readonly Option<bool> _data = new("--data")
    {
        Description = "Run the headers' tests over the lake's rows, instead of the unit tests; --lake says so, too",
    };

    public ModelsTestVerb()
        : base("test", "Run a package's unit tests, or its data tests over a lake",
            "models test models/bar", "models test --data", "models test models/shop --lake ./lake --output json")
    {
        Arguments.Add(ChosenPackage.Argument);
        Options.Add(_data);
        Options.Add(LakeOption.Option);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        if (!line.GetValue(_data) && line.GetValue(LakeOption.Option) is null)
            return RunUnitTests(package, screen, ct);
        using var session = await LakeStore.OpenSessionAsync(LakeOption.Of(line), TimeProvider.System, ct);
        return RunDataTests(session, package, screen, ct);
    }

    static int RunUnitTests(ModelPackage package, Screen screen, CancellationToken ct)
    {
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
        return Sum(results, failed, screen);
    }

    static int RunDataTests(LakeSession session, ModelPackage package, Screen screen, CancellationToken ct)
    {
        using var schema = ModelSchema.Open(session, package, ct);
        schema.ShowModels(package, ct);
        var lineage = PackageLineage.Of(package);
        var results = new JsonArray();
        var failed = 0;
        foreach (var model in package.Models.Where(static model => !model.Tests.IsEmpty))
        {
            if (model.IsStored && schema.TableOf(model) is null)
                screen.Line($"! {model.Name}: is not in the lake yet");
            foreach (var test in model.Tests)
            {
                var result = WithoutPersons(DataTestRun.Run(session.Connection, model, test, ct), model, lineage);
                failed += result.Passed ? 0 : 1;
                Print(model, result, screen);
                results.Add((JsonNode)Json(model, result));
            }
        }
        return Sum(results, failed, screen);
    }

    // Keys are printed, and may go to a log: what is personal in them stays behind.
    static DataTestResult WithoutPersons(DataTestResult result, Model model, PackageLineage lineage)
    {
        var hidden = model.Key.Select(name => lineage.IsPersonal(new RelationColumn(model.Name, name))).ToList();
        return result with
        {
            Keys =
            [
                .. result.Keys.Select(key => key.Select((value, i) => hidden[i] ? Personal : value).ToImmutableArray()),
            ],
        };
    }

    static int Sum(JsonArray results, int failed, Screen screen)
    {
        screen.Line($"{results.Count - failed} passed, {failed} failed");
        screen.Result(results);
        return failed == 0 ? ExitCode.Success : ExitCode.Differences;
    }

    static void Print(Model model, DataTestResult result, Screen screen)
    {
        var rows = result.Passed ? "" : $": {Units.Count(result.Rows)} rows";
        screen.Line($"{(result.Passed ? "✓" : "✗")} {model.Name}: {result.Test}{rows}");
        foreach (var key in result.Keys)
        {
            screen.Line("    " + string.Join(", ", model.Key.Zip(key, static (name, value) =>
                $"{name} {value ?? "null"}")));
        }
    }

    static JsonObject Json(Model model, DataTestResult result) => new()
    {
        ["test"] = result.Test,
        ["model"] = result.Model,
        ["passed"] = result.Passed,
        ["rows"] = result.Rows,
        ["keys"] = new JsonArray([.. result.Keys.Select(key => (JsonNode)new JsonObject(
            model.Key.Zip(key, static (name, value) => KeyValuePair.Create(name, (JsonNode?)value))))]),
    };
}
