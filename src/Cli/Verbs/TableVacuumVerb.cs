using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Maintenance;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Verbs;

/// <summary>Removes files that no readable version of a table needs, and the oldest part of its log.</summary>
sealed class TableVacuumVerb : Verb
{
    readonly Option<double?> _hours = new("--retention-hours")
    {
        Description = "How long a file stays after it left the table; otherwise what the table says",
    };

    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say what would be removed" };

    public TableVacuumVerb()
        : base("vacuum", "Remove files that no version of a table needs any more",
            "table vacuum history/app.accounts --dry-run", "table vacuum ./other/table --retention-hours 200")
    {
        Arguments.Add(ChosenTable.Argument);
        Options.Add(LakeOption.Option);
        Options.Add(_hours);
        Options.Add(_dryRun);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var table = ChosenTable.Of(line);
        var isDryRun = line.GetValue(_dryRun);
        TimeSpan? retention = line.GetValue(_hours) switch
        {
            null => null,
            >= 1 and <= 100_000 and var hours => TimeSpan.FromHours(hours),
            var hours => throw new TaplineException(
                $"--retention-hours {hours} is not between 1 and 100000",
                "a file that was written less than an hour ago may be about to be committed"),
        };
        var oldest = await OldestVersionAsync(table, ct);
        var services = new DeltaServices(TimeProvider.System, RunningPipeline.NewId);
        var report = await new TableVacuum(table.Store, table.Root, services)
            .RunAsync(oldest, retention, isDryRun, ct);
        var commits = await new LogCleanup(table.Store, table.Root, services)
            .RunAsync(oldest, retention: null, isDryRun, ct);
        var screen = Screen.Of(line);
        if (isDryRun)
        {
            foreach (var key in report.Keys)
                screen.Line(key);
        }
        screen.Line($"{(isDryRun ? "would remove" : "removed")} {Units.Count(report.Keys.Count)} files, "
            + $"{Units.Bytes(report.Bytes)}, and {Units.Count(commits)} files of the log");
        screen.Result(new JsonObject
        {
            ["dry_run"] = isDryRun,
            ["files"] = new JsonArray([.. report.Keys.Select(static key => (JsonNode?)key)]),
            ["bytes"] = report.Bytes,
            ["log_files"] = commits,
        });
        return ExitCode.Success;
    }

    // What the oldest manifest of a lane names has to stay. A table outside a lake has no manifests.
    static async Task<long?> OldestVersionAsync(ChosenTable table, CancellationToken ct)
    {
        if (table.Root.Length == 0)
            return null;
        var retained = await RetainedManifests.ReadAsync(table.Store, ct);
        return retained.Any ? retained.OldestVersion(table.Root) ?? 0 : null;
    }
}
