using System.CommandLine;
using Tapline.Cli.Running;
using Tapline.Contracts;
using Tapline.Lakehouse.Storage;

namespace Tapline.Cli.Verbs;

/// <summary>Looks at one Delta table, ours or anybody's, or tidies it up.</summary>
sealed class TableVerb : Verb
{
    public TableVerb()
        : base("table", "Look at one Delta table, or tidy it up",
            "table show current/app.accounts", "table history ./lake/history/app.accounts --limit 5")
    {
        Subcommands.Add(new TableShowVerb());
        Subcommands.Add(new TableHistoryVerb());
        Subcommands.Add(new TableFsckVerb());
        Subcommands.Add(new TableAlterVerb());
        Subcommands.Add(new TableOptimizeVerb());
        Subcommands.Add(new TableVacuumVerb());
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct) =>
        throw new TaplineException("say what to do with the table", "./tapline table show current/app.accounts");
}

/// <summary>The table that a verb is about.</summary>
/// <param name="Store">The store that has it.</param>
/// <param name="Root">Its folder in the store; empty for the store itself.</param>
/// <param name="Name">How the verb calls it.</param>
sealed record ChosenTable(IObjectStore Store, string Root, string Name)
{
    /// <summary>Names the table.</summary>
    public static Argument<string> Argument { get; } = new("table")
    {
        Description = "A table's folder, by itself or in the lake, such as current/app.accounts",
    };

    /// <summary>The table of a command line: a folder with a log by itself, else one in the lake.</summary>
    public static ChosenTable Of(ParseResult line)
    {
        var name = line.GetValue(Argument)!;
        if (Directory.Exists(Path.Combine(name, "_delta_log")))
            return new ChosenTable(Open(name), "", name);
        var lake = line.GetValue(LakeOption.Option) is not null || File.Exists(line.GetValue(CommonOptions.Config)!)
            ? LakeOption.Of(line)
            : null;
        var root = name.Trim('/');
        if (lake is null || root.Length == 0 || (lake.S3 is null && !Directory.Exists(lake.Path)))
            throw None(name);
        return new ChosenTable(LakeStore.Open(lake, TimeProvider.System, mustExist: true), root, root);
    }

    /// <summary>What to say when there is no log, or one without a version.</summary>
    public TaplineException Absent() => None(Name);

    static TaplineException None(string name) => new($"there is no Delta table in {name}",
        "name its folder, or a table of the lake such as current/app.accounts with --lake folder");

    static LocalObjectStore Open(string folder) => new(folder, new LocalStoreOptions { MustExist = true });
}
