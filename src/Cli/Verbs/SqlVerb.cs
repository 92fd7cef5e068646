using System.CommandLine;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;
using Tapline.Serving.Sql;

namespace Tapline.Cli.Verbs;

/// <summary>Asks the lake in SQL.</summary>
sealed class SqlVerb : Verb
{
    readonly Argument<string?> _statement = new("statement")
    {
        Description = "A statement that reads; - or nothing reads it from standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };
    readonly Option<SqlFormat?> _format = new("--format", "-f") { Description = "How rows are written" };
    readonly Option<long> _rows = new("--rows")
    {
        Description = "Rows after which the output stops",
        DefaultValueFactory = static _ => 100_000,
    };
    readonly Option<double> _timeout = new("--timeout")
    {
        Description = "Seconds after which the statement is interrupted",
        DefaultValueFactory = static _ => 300,
    };

    public SqlVerb()
        : base("sql", "Ask the lake in SQL",
            "sql \"select status, count(*) from app.accounts group by all\"",
            "sql --lake ./demo-lake/lake \"select * from history.app_accounts order by _lsn desc limit 5\"",
            "sql --format csv \"from billing.invoices\"")
    {
        Arguments.Add(_statement);
        Options.Add(LakeFolder.Option);
        Options.Add(_format);
        Options.Add(_rows);
        Options.Add(_timeout);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var statement = line.GetValue(_statement) is { } given and not "-" ? given
            : await Console.In.ReadToEndAsync(ct);
        if (string.IsNullOrWhiteSpace(statement))
            throw new TaplineException("there is no statement", "./tapline sql \"select …\"");
        var format = line.GetValue(_format)
            ?? (line.GetValue(CommonOptions.Output) == OutputFormat.Json ? SqlFormat.JsonLines : SqlFormat.Table);
        var limits = new SqlLimits
        {
            RowsMax = line.GetValue(_rows),
            TimeMax = TimeSpan.FromSeconds(line.GetValue(_timeout)),
        };

        using var session = await LakeFolder.OpenSessionAsync(LakeFolder.Of(line), TimeProvider.System, ct);
        var runner = new SqlRunner(session.Connection, limits, TimeProvider.System);
        var outcome = runner.Run(statement, format.OpenWriter(line.InvocationConfiguration.Output), ct);
        if (outcome.Truncated)
            await line.InvocationConfiguration.Error.WriteLineAsync($"only the first {outcome.Rows} rows; --rows "
                + "raises that");
        return ExitCode.Success;
    }
}

/// <summary>Which lake a verb reads: the one named, else the configuration's.</summary>
static class LakeFolder
{
    /// <summary>Names a lake without a configuration.</summary>
    public static readonly Option<string?> Option = new("--lake", "-l")
    {
        Description = "The lake's folder; otherwise the configuration names it",
        HelpName = "folder",
    };

    /// <summary>The folder.</summary>
    public static string Of(ParseResult line) =>
        line.GetValue(Option) ?? ConfigFile.Load(line.GetValue(CommonOptions.Config)!).Lake.Path;

    /// <summary>Opens the newest cut of a lake for SQL that reads nothing but the lake.</summary>
    public static async Task<LakeSession> OpenSessionAsync(string folder, TimeProvider time, CancellationToken ct)
    {
        if (!Directory.Exists(folder))
            throw new TaplineException($"there is no lake in {folder}",
                "--lake names its folder; ./tapline run makes one");
        folder = Path.GetFullPath(folder);
        var store = new LocalObjectStore(folder, new LocalStoreOptions { MustExist = true });
        return await LakeSession.OpenAsync(
            store, new DeltaServices(time, RunningPipeline.NewId), new LakeSessionOptions { Folder = folder }, ct);
    }
}
