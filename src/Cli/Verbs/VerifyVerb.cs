using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verification;
using Tapline.Contracts;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Verbs;

/// <summary>Proves that the lake holds what the source holds.</summary>
sealed class VerifyVerb : Verb
{
    const int KeysShownMax = 10;

    readonly Argument<string[]> _tables = new("tables")
    {
        Description = "Tables as schema.name; all of them when none is named",
        Arity = ArgumentArity.ZeroOrMore,
    };
    readonly Option<double> _timeout = new("--timeout")
    {
        Description = "Seconds that the pipeline may take to catch up",
        DefaultValueFactory = static _ => 600,
    };

    public VerifyVerb()
        : base("verify", "Prove that the lake holds what the source holds, row by row",
            "verify", "verify app.accounts billing.invoices", "verify --output json")
    {
        Arguments.Add(_tables);
        Options.Add(_timeout);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        var screen = Screen.Of(line);
        using var logs = ProcessLog.Open(line);
        await using var pipeline =
            await RunningPipeline.StartAsync(config, PipelineParts.None, TimeProvider.System, logs, ct);
        var report = await VerifyAsync(
            config, pipeline, line.GetValue(_tables)!, TimeSpan.FromSeconds(line.GetValue(_timeout)), screen, ct);
        Print(report, screen);
        screen.Result(Json(report));
        return report.IsEqual ? ExitCode.Success : ExitCode.Differences;
    }

    /// <summary>Verifies a pipeline that runs in this or another process.</summary>
    public static async Task<VerifyReport> VerifyAsync(
        PipelineConfig config,
        RunningPipeline pipeline,
        IReadOnlyList<string> tables,
        TimeSpan timeMax,
        Screen screen,
        CancellationToken ct)
    {
        var connection = RunningPipeline.SourceOptions(config).ConnectionString;
        var time = TimeProvider.System;
        using var lake = await LakeStore.OpenSessionAsync(config.Lake, time, ct);
        var catchUp = CatchUpOf(config, pipeline, timeMax, screen);
        return await new PipelineVerifier(connection, catchUp, lake, RunningPipeline.NewId, screen, time)
            .VerifyAsync(tables, ct);
    }

    /// <summary>Waits for a pipeline that runs in this or another process.</summary>
    public static CatchUp CatchUpOf(PipelineConfig config, RunningPipeline pipeline, TimeSpan timeMax, Screen screen)
    {
        var source = RunningPipeline.SourceOptions(config);
        return new CatchUp(
            new CatchUpOptions(source.ConnectionString, source.SlotName, source.Prefix, timeMax),
            pipeline.Log,
            LakeStore.Open(config.Lake, TimeProvider.System),
            screen,
            TimeProvider.System);
    }

    /// <summary>The report for people: what differs by key, and one line that sums up.</summary>
    public static void Print(VerifyReport report, Screen screen)
    {
        foreach (var table in report.Tables.Where(static table => !table.IsEqual))
        {
            screen.Line($"{table.Table}: {Units.Count(table.SourceRows)} rows in the source, "
                + $"{Units.Count(table.LakeRows)} in the lake");
            foreach (var difference in table.Differences.Take(KeysShownMax))
                screen.Line($"  {string.Join(", ", difference.Key)}: {Words(difference)}");
            if (table.MoreDifferences)
                screen.Line($"  … and more than {Units.Count(table.Differences.Length - KeysShownMax)} others");
            else if (table.Differences.Length > KeysShownMax)
                screen.Line($"  … and {Units.Count(table.Differences.Length - KeysShownMax)} others");
        }
        screen.Line($"verify at LSN {SourcePosition.FormatLsn(report.Lsn)}: {report.Tables.Length} tables, "
            + $"{Units.Count(report.Rows)} rows, {Units.Count(report.Differences)} differences "
            + (report.IsEqual ? "✓" : "✗"));
    }

    static string Words(RowDifference difference) => difference.Kind switch
    {
        DifferenceKind.MissingInLake => "missing in the lake",
        DifferenceKind.ExtraInLake => "not in the source",
        _ => $"differs in {string.Join(", ", difference.Columns)}",
    };

    static JsonObject Json(VerifyReport report) => new()
    {
        ["lsn"] = SourcePosition.FormatLsn(report.Lsn),
        ["equal"] = report.IsEqual,
        ["rows"] = report.Rows,
        ["passes"] = report.Passes,
        ["seconds"] = Math.Round(report.Took.TotalSeconds, 3),
        ["tables"] = new JsonArray([.. report.Tables.Select(static table => new JsonObject
        {
            ["table"] = table.Table.ToString(),
            ["source_rows"] = table.SourceRows,
            ["lake_rows"] = table.LakeRows,
            ["equal"] = table.IsEqual,
            ["differences"] = new JsonArray([.. table.Differences.Select(static difference => new JsonObject
            {
                ["key"] = new JsonArray([.. difference.Key.Select(static part => JsonValue.Create(part))]),
                ["kind"] = difference.Kind.ToString(),
                ["columns"] = new JsonArray([.. difference.Columns.Select(static name => JsonValue.Create(name))]),
            })]),
        })]),
    };
}
