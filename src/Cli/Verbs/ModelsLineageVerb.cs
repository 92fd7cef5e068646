using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Models;
using Tapline.Models.Lineage;
using Tapline.Settings;

namespace Tapline.Cli.Verbs;

/// <summary>Shows what columns of models follow from, and what follows from them.</summary>
sealed class ModelsLineageVerb : Verb
{
    readonly Option<string?> _column = new("--column", "-c")
    {
        Description = "A column of a model, or of a source (app.accounts.status, iot_pour.ts)",
        HelpName = "model.column",
    };

    readonly Option<bool> _upstream = new("--upstream") { Description = "Only what the column follows from" };

    readonly Option<bool> _downstream = new("--downstream") { Description = "Only what follows from the column" };

    public ModelsLineageVerb()
        : base("lineage", "Show what columns of models follow from, down to the sources, and what follows from them",
            "models lineage models/bar --column entity_customers.health_score",
            "models lineage models/bar --column app.users.email --downstream",
            "models lineage models/shop --output json")
    {
        Arguments.Add(ChosenPackage.Argument);
        Options.Add(_column);
        Options.Add(_upstream);
        Options.Add(_downstream);
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        var lineage = PackageLineage.Of(package);
        if (line.GetValue(_column) is { } name)
        {
            var (up, down) = (line.GetValue(_upstream), line.GetValue(_downstream));
            Show(Chosen(package, name), lineage, up || !down, down || !up, screen);
        }
        else
        {
            foreach (var model in package.Models)
                Show(model, lineage, screen);
            screen.Result(new JsonArray([.. package.Models.SelectMany(model => Edges(model, lineage))]));
        }
        return Task.FromResult(ExitCode.Success);
    }

    static RelationColumn Chosen(ModelPackage package, string name)
    {
        var known = package.Models
            .SelectMany(static model => model.Columns.Select(column => new RelationColumn(model.Name, column.Name)))
            .Concat(package.Relations.Values.SelectMany(static relation => relation.Columns.Select(column =>
                new RelationColumn(
                    relation.Kind == RelationKind.Stream ? relation.Name : relation.Table.ToString(), column.Name))))
            .DistinctBy(static column => column.ToString())
            .ToDictionary(static column => column.ToString(), StringComparer.Ordinal);
        if (known.TryGetValue(name, out var column))
            return column;
        var near = Spelling.Nearest(name, known.Keys);
        throw new TaplineException(
            $"there is no column {name}" + (near is null ? "" : $"; did you mean {near}?"),
            "model.column, schema.table.column or iot_stream.column");
    }

    static void Show(RelationColumn column, PackageLineage lineage, bool up, bool down, Screen screen)
    {
        var result = new JsonObject { ["column"] = column.ToString() };
        screen.Line($"{column}{(lineage.IsPersonal(column) ? "   personal" : "")}");
        if (up)
        {
            Add("inputs", "computed from", lineage.Inputs(column));
            Add("sources", "follows from the sources' columns", lineage.Sources(column));
        }
        if (down)
        {
            Add("readers", "read by", lineage.Readers(column));
            Add("downstream", "what follows from it", lineage.Downstream(column));
        }
        screen.Result(result);

        void Add(string name, string words, ImmutableArray<LineageEdge> edges)
        {
            result[name] = new JsonArray([.. edges.Select(static edge => (JsonNode)new JsonObject
            {
                ["column"] = edge.Column.ToString(),
                ["kind"] = Word(edge.Kind),
            })]);
            if (!edges.IsEmpty)
                screen.Line($"  {words}");
            foreach (var edge in edges.OrderBy(static edge => edge.Kind))
                screen.Line($"    {edge.Column}{(edge.Kind == LineageKind.Filter ? "   filter" : "")}");
        }
    }

    // What decides about the rows is mostly the same for all columns of a model.
    static void Show(Model model, PackageLineage lineage, Screen screen)
    {
        var columns = model.Columns.Select(column => (
            column.Name, Inputs: lineage.Inputs(new RelationColumn(model.Name, column.Name)))).ToList();
        screen.Line(model.Name);
        foreach (var (name, inputs) in columns)
        {
            var values = inputs.Where(static edge => edge.Kind == LineageKind.Value)
                .Select(static edge => edge.Column.ToString());
            screen.Line($"  {name} < {string.Join(", ", values.DefaultIfEmpty("a constant"))}");
        }
        var filters = columns.SelectMany(static column => column.Inputs)
            .Where(static edge => edge.Kind == LineageKind.Filter)
            .Select(static edge => edge.Column).Distinct().Order().ToList();
        if (filters.Count > 0)
            screen.Line($"  rows by {string.Join(", ", filters)}");
    }

    static IEnumerable<JsonNode> Edges(Model model, PackageLineage lineage) =>
        from column in model.Columns
        let to = new RelationColumn(model.Name, column.Name)
        from edge in lineage.Inputs(to)
        select (JsonNode)new JsonObject
        {
            ["from"] = edge.Column.ToString(),
            ["to"] = to.ToString(),
            ["kind"] = Word(edge.Kind),
        };

    static string Word(LineageKind kind) => kind == LineageKind.Value ? "value" : "filter";
}
