using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Cli.Verbs;

/// <summary>Holds a table against itself.</summary>
sealed class TableFsckVerb : Verb
{
    public TableFsckVerb()
        : base("fsck", "Check a table's log, checkpoints, files and deletion vectors",
            "table fsck current/app.accounts", "table fsck ./other/table --output json")
    {
        Arguments.Add(ChosenTable.Argument);
        Options.Add(LakeOption.Option);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var table = ChosenTable.Of(line);
        var findings = await new TableCheck(table.Store, table.Root).RunAsync(ct);
        var screen = Screen.Of(line);
        foreach (var finding in findings)
            screen.Line($"{finding.File}: {finding.Wanted} wanted, {finding.Found} found");
        screen.Line(findings.Count == 0 ? $"{table.Name} is in order ✓" : $"{findings.Count} findings ✗");
        screen.Result(new JsonArray([.. findings.Select(static finding => new JsonObject
        {
            ["file"] = finding.File,
            ["wanted"] = finding.Wanted,
            ["found"] = finding.Found,
        })]));
        return findings.Count == 0 ? ExitCode.Success : ExitCode.Differences;
    }
}
