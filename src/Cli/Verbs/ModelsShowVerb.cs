using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;

namespace Tapline.Cli.Verbs;

/// <summary>Shows the models of a package in the order in which they are computed, or one with its columns.</summary>
sealed class ModelsShowVerb : Verb
{
    readonly Option<string?> _model = new("--model", "-m")
    {
        Description = "Show this one, with its columns",
        HelpName = "name",
    };

    public ModelsShowVerb()
        : base("show", "Show the models of a package, or one with its columns",
            "models show models/bar", "models show models/bar --model entity_customers")
    {
        Arguments.Add(ChosenPackage.Argument);
        Options.Add(_model);
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        var models = package.Models;
        if (line.GetValue(_model) is { } name)
        {
            var chosen = package.Find(name)
                ?? throw new TaplineException($"there is no model {name}", "./tapline models show lists them");
            models = [chosen];
        }
        foreach (var model in models)
        {
            screen.Line($"{(model.IsStored ? model.Root : $"view {model.Name}")}   {Words(model)}");
            if (model.Description.Length > 0)
                screen.Line($"  {model.Description}");
            foreach (var column in models.Length == 1 ? model.Columns : [])
            {
                screen.Line($"  {column.Name}   {DuckDbType.Of(column)}   "
                    + model.ColumnDescriptions.GetValueOrDefault(column.Name, ""));
            }
        }
        screen.Result(new JsonArray([.. models.Select(Json)]));
        return Task.FromResult(ExitCode.Success);
    }

    static string Words(Model model)
    {
        var time = model.Time switch { ModelTime.Date => ", by date", ModelTime.Tick => ", by tick", _ => "" };
        var key = model.Key.IsEmpty ? "" : $" by {string.Join(", ", model.Key)}";
        return $"{model.Kind.ToString().ToLowerInvariant()}{key}{time}, from {string.Join(", ", model.Reads)}";
    }

    static JsonObject Json(Model model) => new()
    {
        ["name"] = model.Name,
        ["kind"] = model.Kind.ToString().ToLowerInvariant(),
        ["table"] = model.IsStored ? model.Root : null,
        ["key"] = new JsonArray([.. model.Key.Select(static name => (JsonNode)name)]),
        ["reads"] = new JsonArray([.. model.Reads.Select(static name => (JsonNode)name)]),
        ["description"] = model.Description,
        ["columns"] = new JsonArray([.. model.Columns.Select(column => (JsonNode)new JsonObject
        {
            ["name"] = column.Name,
            ["type"] = DuckDbType.Of(column).ToString(),
            ["description"] = model.ColumnDescriptions.GetValueOrDefault(column.Name),
        })]),
    };
}
