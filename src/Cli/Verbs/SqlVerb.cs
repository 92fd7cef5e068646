using System.CommandLine;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Lakehouse.DuckDb;
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
        Options.Add(LakeOption.Option);
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

        using var session = await LakeStore.OpenSessionAsync(LakeOption.Of(line), TimeProvider.System, ct);
        var runner = new SqlRunner(session.Connection, limits, TimeProvider.System);
        var outcome = runner.Run(statement, format.OpenWriter(line.InvocationConfiguration.Output), ct);
        if (outcome.Truncated)
            await line.InvocationConfiguration.Error.WriteLineAsync($"only the first {outcome.Rows} rows; --rows "
                + "raises that");
        return ExitCode.Success;
    }
}

/// <summary>Which lake a verb reads: the one named, else the configuration's.</summary>
static class LakeOption
{
    /// <summary>Names a lake without a configuration.</summary>
    public static readonly Option<string?> Option = new("--lake", "-l")
    {
        Description = "The lake's folder, or s3://bucket/prefix; otherwise the configuration names it",
        HelpName = "folder",
    };

    /// <summary>The lake.</summary>
    public static LakeConfig Of(ParseResult line) => line.GetValue(Option) is { } named
        ? LakeSettings.Of(named)
        : ConfigFile.Load(line.GetValue(CommonOptions.Config)!).Lake;
}
