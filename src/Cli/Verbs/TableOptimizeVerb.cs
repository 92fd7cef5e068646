using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Cli.Verbs;

/// <summary>Writes a table's small files, and those with deleted rows, again as large ones.</summary>
sealed class TableOptimizeVerb : Verb
{
    public TableOptimizeVerb()
        : base("optimize", "Write a table's small files, and those with deleted rows, again as few large ones",
            "table optimize history/app.accounts", "table optimize ./other/table --output json")
    {
        Arguments.Add(ChosenTable.Argument);
        Options.Add(LakeOption.Option);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var chosen = ChosenTable.Of(line);
        var services = new DeltaServices(TimeProvider.System, RunningPipeline.NewId);
        var table = await DeltaTable.OpenAsync(chosen.Store, chosen.Root, services, ct) ?? throw chosen.Absent();
        var report = await new TableOptimizer(chosen.Store, chosen.Root).RunAsync(table, ct);
        var screen = Screen.Of(line);
        screen.Line($"{Units.Count(report.RemovedCount)} files, {Units.Bytes(report.RemovedBytes)}, are now "
            + $"{Units.Count(report.AddedCount)}, {Units.Bytes(report.AddedBytes)}");
        if (report.ConflictCount > 0)
            screen.Line($"left as they were, because another writer was there: {report.ConflictCount} times");
        screen.Result(new JsonObject
        {
            ["version"] = table.Snapshot.Version,
            ["files_removed"] = report.RemovedCount,
            ["files_added"] = report.AddedCount,
            ["bytes_removed"] = report.RemovedBytes,
            ["bytes_added"] = report.AddedBytes,
            ["conflicts"] = report.ConflictCount,
        });
        return ExitCode.Success;
    }
}
