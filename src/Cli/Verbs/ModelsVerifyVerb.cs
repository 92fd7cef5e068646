using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Verbs;

/// <summary>Computes every model anew from the lake's tables, with plain SQL, and compares it with what the worker
/// kept.</summary>
sealed class ModelsVerifyVerb : Verb
{
    public ModelsVerifyVerb()
        : base("verify", "Compute every model from the whole lake, and compare it with what was kept current",
            "models verify", "models verify models/bar --lake ./demo-lake/lake")
    {
        Arguments.Add(ChosenPackage.Argument);
        Options.Add(LakeOption.Option);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        using var session = await LakeStore.OpenSessionAsync(LakeOption.Of(line), TimeProvider.System, ct);
        ModelVerification[] results = [.. ModelVerifier.Run(session, package, ct)];
        Print(results, screen);
        screen.Result(new JsonArray([.. results.Select(static result => (JsonNode)new JsonObject
        {
            ["model"] = result.Model,
            ["rows"] = result.Rows,
            ["missing"] = result.Missing,
            ["extra"] = result.Extra,
        })]));
        return results.All(static result => result.IsEqual) ? ExitCode.Success : ExitCode.Differences;
    }

    /// <summary>The comparison for people: what differs, and one line that sums up.</summary>
    public static void Print(IReadOnlyCollection<ModelVerification> results, Screen screen)
    {
        foreach (var result in results.Where(static result => !result.IsEqual))
        {
            screen.Line($"{result.Model}: {Units.Count(result.Missing)} rows missing, "
                + $"{Units.Count(result.Extra)} extra");
        }
        var differing = results.Count(static result => !result.IsEqual);
        screen.Line($"models: {results.Count} tables, {Units.Count(results.Sum(static result => result.Rows))} rows "
            + $"computed anew, {differing} differ{(differing == 0 ? " ✓" : "")}");
    }
}
