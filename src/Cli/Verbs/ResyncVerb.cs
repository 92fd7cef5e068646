using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Ingest.Postgres;

namespace Tapline.Cli.Verbs;

/// <summary>Lets the running source read whole tables again: rows that differ in the lake are mended, rows that the
/// source has no more are deleted there.</summary>
sealed class ResyncVerb : Verb
{
    readonly Argument<string[]> _tables = new("schema.table")
    {
        Description = "Which tables",
        Arity = ArgumentArity.OneOrMore,
    };

    public ResyncVerb()
        : base("resync", "Bring tables of the lake back in step with the source, while changes stream",
            "resync app.accounts", "resync app.accounts app.users")
    {
        Add(_tables);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var options = RunningPipeline.SourceOptions(ConfigFile.Load(line.GetValue(CommonOptions.Config)!));
        var tables = line.GetValue(_tables)!;
        var id = RunningPipeline.NewId();
        await PostgresSignals.ExecuteSnapshotAsync(options, id, tables, filter: null, ct);
        var screen = Screen.Of(line);
        screen.Line($"resync {id} asked for: {string.Join(' ', tables)}; ./tapline verify shows when it is done");
        screen.Result(new JsonObject
        {
            ["id"] = id.ToString(),
            ["tables"] = new JsonArray([.. tables.Select(static table => (JsonNode)table)]),
        });
        return ExitCode.Success;
    }
}
