using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Models.Planning;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Verbs;

/// <summary>Says what a package would have computed anew in a lake, before it does.</summary>
sealed class ModelsPlanVerb : Verb
{
    public ModelsPlanVerb()
        : base("plan", "Say what a package would compute anew in a lake, before it does",
            "models plan", "models plan models/bar --lake ./demo-lake/lake --output json")
    {
        Arguments.Add(ChosenPackage.Argument);
        Options.Add(LakeOption.Option);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        using var session = await LakeStore.OpenSessionAsync(LakeOption.Of(line), TimeProvider.System, ct);
        var plan = new ModelPlan(package, session.Cut.ModelDefinitions, new PlannedLake(session, package, ct)).Run();
        foreach (var model in plan)
            Print(model, screen);
        var anew = plan.Where(static model => model.State is PlannedState.New or PlannedState.Changed).ToList();
        screen.Line($"{plan.Count(static model => model.State == PlannedState.Same)} models as they are, "
            + $"{anew.Count} computed anew from {Units.Count(anew.Sum(static model => model.InputRows))} rows");
        screen.Result(new JsonArray([.. plan.Select(static model => (JsonNode)Json(model))]));
        return plan.All(static model => model.Retyped.IsEmpty) ? ExitCode.Success : ExitCode.Failure;
    }

    static void Print(PlannedModel model, Screen screen)
    {
        var words = model.State switch
        {
            PlannedState.New => $"+ {model.Name}: new, from {Units.Count(model.InputRows)} rows of inputs",
            PlannedState.Changed => $"~ {model.Name}: changed, {Units.Count(model.Rows)} rows now, computed anew from "
                + $"{Units.Count(model.InputRows)} rows of inputs",
            PlannedState.Downstream => $"> {model.Name}: follows {string.Join(", ", model.Because)} where they differ, "
                + $"{Units.Count(model.Rows)} rows now",
            PlannedState.Gone => $"- {model.Name}: gone from the package, its table stays with "
                + $"{Units.Count(model.Rows)} rows",
            _ => "",
        };
        if (words.Length > 0)
            screen.Line(words);
        if (!model.Added.IsEmpty)
            screen.Line($"    new columns: {string.Join(", ", model.Added)}");
        if (!model.Dropped.IsEmpty)
            screen.Line($"    columns without values from now on: {string.Join(", ", model.Dropped)}");
        foreach (var column in model.Retyped)
            screen.Line($"    ✗ a column cannot change its type, give it another name: {column}");
    }

    static JsonObject Json(PlannedModel model) => new()
    {
        ["model"] = model.Name,
        ["state"] = model.State.ToString().ToLowerInvariant(),
        ["rows"] = model.Rows,
        ["input_rows"] = model.InputRows,
        ["because"] = Names(model.Because),
        ["added"] = Names(model.Added),
        ["dropped"] = Names(model.Dropped),
        ["retyped"] = Names(model.Retyped),
    };

    static JsonArray Names(ImmutableArray<string> names) => new([.. names.Select(static name => (JsonNode)name)]);
}
