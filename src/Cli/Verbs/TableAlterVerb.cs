using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;

namespace Tapline.Cli.Verbs;

/// <summary>Gives columns of a table other names, or drops them; no file is written again.</summary>
sealed class TableAlterVerb : Verb
{
    readonly Option<string[]> _renames = new("--rename")
    {
        Description = "A column and its new name, as old=new; may be repeated",
        HelpName = "old=new",
    };

    readonly Option<string[]> _drops = new("--drop")
    {
        Description = "A column that goes; may be repeated",
        HelpName = "column",
    };

    public TableAlterVerb()
        : base("alter", "Rename or drop columns of a table that has column mapping",
            "table alter current/app.accounts --rename owner=holder",
            "table alter current/app.accounts --drop note --drop remark")
    {
        Arguments.Add(ChosenTable.Argument);
        Options.Add(LakeOption.Option);
        Options.Add(_renames);
        Options.Add(_drops);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var chosen = ChosenTable.Of(line);
        var alterations = Alterations(line);
        var services = new DeltaServices(TimeProvider.System, RunningPipeline.NewId);
        var table = await DeltaTable.OpenAsync(chosen.Store, chosen.Root, services, ct) ?? throw chosen.Absent();
        CheckNeeded(chosen, table, alterations);
        var outcome = await table.CommitAsync(
            new DeltaCommit
            {
                Operation = alterations is [ColumnAlteration.Rename] ? "RENAME COLUMN"
                    : alterations.All(static alteration => alteration is ColumnAlteration.Drop) ? "DROP COLUMNS"
                    : "CHANGE COLUMNS",
                Alterations = alterations,
            },
            ct);
        if (outcome is not CommitOutcome.Committed committed)
        {
            throw new TaplineException(
                $"{chosen.Name} was changed by another writer meanwhile: its columns are as they were",
                "look at them with table show, and try again");
        }
        var screen = Screen.Of(line);
        var columns = table.Snapshot.Structure.Fields.Select(static field => field.Name).ToArray();
        screen.Line($"{chosen.Name} is at version {committed.Version}, with {string.Join(", ", columns)}");
        screen.Result(new JsonObject
        {
            ["version"] = committed.Version,
            ["columns"] = new JsonArray([.. columns.Select(static name => (JsonNode?)name)]),
        });
        return ExitCode.Success;
    }

    ImmutableArray<ColumnAlteration> Alterations(ParseResult line)
    {
        var alterations = ImmutableArray.CreateBuilder<ColumnAlteration>();
        foreach (var text in line.GetValue(_renames) ?? [])
        {
            alterations.Add(text.Split('=') is [{ Length: > 0 } from, { Length: > 0 } to]
                ? new ColumnAlteration.Rename(from, to)
                : throw new TaplineException($"--rename {text} names no two columns", "write --rename old=new"));
        }
        foreach (var name in line.GetValue(_drops) ?? [])
            alterations.Add(new ColumnAlteration.Drop(name));
        return alterations.Count > 0
            ? alterations.ToImmutable()
            : throw new TaplineException("say what to alter", "--rename old=new or --drop column");
    }

    // The worker finds rows by their keys, in histories of long ago too, and what it adds by its names.
    static void CheckNeeded(ChosenTable chosen, DeltaTable table, ImmutableArray<ColumnAlteration> alterations)
    {
        foreach (var alteration in alterations)
        {
            var (name, other) = alteration switch
            {
                ColumnAlteration.Rename rename => (rename.From, rename.To),
                ColumnAlteration.Drop drop => (drop.Name, ""),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            var column = table.Snapshot.Schema.FirstOrDefault(column => column.Name == name);
            var isOurs = chosen.Root.StartsWith("current/", StringComparison.Ordinal);
            if (column is { IsKey: true } || (isOurs && (name.StartsWith('_') || other.StartsWith('_'))))
            {
                throw new TaplineException(
                    $"column {(other.StartsWith('_') ? other : name)} of {chosen.Name} stays what it is",
                    "columns of the key, and those whose names start with _, are the worker's");
            }
        }
    }
}
