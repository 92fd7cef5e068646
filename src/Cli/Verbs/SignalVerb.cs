using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Ingest.Postgres;

namespace Tapline.Cli.Verbs;

/// <summary>Tells a running source to read tables again, or to stop or rest doing so.</summary>
sealed class SignalVerb : Verb
{
    readonly Argument<string> _type = new("type")
    {
        Description = "execute-snapshot, stop-snapshot, pause-snapshot or resume-snapshot",
    };

    readonly Option<string[]> _tables = new("--tables")
    {
        Description = "Which tables, as schema.table",
        HelpName = "schema.table",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<string?> _filter = new("--filter")
    {
        Description = "Only rows for which this SQL condition holds",
        HelpName = "condition",
    };

    public SignalVerb()
        : base("signal", "Tell the running source to read tables again while changes stream",
            "signal execute-snapshot --tables app.accounts app.users",
            "signal execute-snapshot --tables app.orders --filter \"id > 1000\"",
            "signal pause-snapshot")
    {
        _type.AcceptOnlyFromAmong("execute-snapshot", "stop-snapshot", "pause-snapshot", "resume-snapshot");
        Add(_type);
        Add(_tables);
        Add(_filter);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var options = RunningPipeline.SourceOptions(ConfigFile.Load(line.GetValue(CommonOptions.Config)!));
        var type = line.GetValue(_type)!;
        string[] tables = [.. (line.GetValue(_tables) ?? []).SelectMany(static names => names.Split(','))];
        var id = RunningPipeline.NewId();
        if (type == "execute-snapshot" && tables.Length == 0)
            throw new TaplineException("no table is named", "Name them: --tables schema.table …");
        await (type switch
        {
            "stop-snapshot" => PostgresSignals.StopSnapshotAsync(options, id, tables, ct),
            "pause-snapshot" => PostgresSignals.PauseSnapshotAsync(options, id, ct),
            "resume-snapshot" => PostgresSignals.ResumeSnapshotAsync(options, id, ct),
            _ => PostgresSignals.ExecuteSnapshotAsync(options, id, tables, line.GetValue(_filter), ct),
        });
        var screen = Screen.Of(line);
        screen.Line($"signal {id} sent: {type} {string.Join(' ', tables)}".TrimEnd());
        screen.Result(new JsonObject { ["id"] = id.ToString(), ["type"] = type });
        return ExitCode.Success;
    }
}
