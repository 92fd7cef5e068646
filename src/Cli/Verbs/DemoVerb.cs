using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Demo;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;

namespace Tapline.Cli.Verbs;

/// <summary>Shows the whole thing at work, with a database and a business of its own.</summary>
sealed class DemoVerb : Verb
{
    readonly Option<bool> _keep = new("--keep") { Description = "Go on until Ctrl-C" };
    readonly Option<int> _seconds = new("--seconds")
    {
        Description = "How long the business runs before the proof",
        DefaultValueFactory = static _ => 25,
    };
    readonly Option<int> _rate = new("--rate")
    {
        Description = "Changes a second",
        DefaultValueFactory = static _ => 800,
    };
    readonly Option<int> _seed = new("--seed")
    {
        Description = "Another seed, another business",
        DefaultValueFactory = static _ => 1,
    };
    readonly Option<string> _folder = new("--dir")
    {
        Description = "Where everything goes; an earlier demo there is replaced",
        HelpName = "folder",
        DefaultValueFactory = static _ => "demo-lake",
    };

    public DemoVerb()
        : base("demo", "See it work: a busy database, streamed into a lake, questioned and proven",
            "demo", "demo --keep", "demo --seconds 60 --rate 2000 --dir /tmp/demo")
    {
        foreach (var option in new Option[] { _keep, _seconds, _rate, _seed, _folder })
            Options.Add(option);
        AtLeast(_seconds, 1);
        AtLeast(_rate, 1);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var time = TimeProvider.System;
        var folder = new DemoFolder(line.GetValue(_folder)!);
        using var logs = ProcessLog.Open(line);
        await using var demo = new DemoRun(folder, line.GetValue(_seed), screen, time, logs);

        await demo.StartAsync(ct);
        await demo.LiveAsync(line.GetValue(_rate), TimeSpan.FromSeconds(line.GetValue(_seconds)), ct);
        await demo.AskAsync(ct);
        var report = await demo.ProveAsync(ct);
        var hasTrueModels = await demo.ProveModelsAsync(ct);
        demo.TellHowToGoOn(line.GetValue(_keep));
        if (line.GetValue(_keep))
            await demo.LiveAsync(line.GetValue(_rate), Timeout.InfiniteTimeSpan, ct);
        screen.Result(new JsonObject
        {
            ["folder"] = folder.Root,
            ["lsn"] = SourcePosition.FormatLsn(report.Lsn),
            ["tables"] = report.Tables.Length,
            ["rows"] = report.Rows,
            ["differences"] = report.Differences,
            ["equal"] = report.IsEqual,
            ["models_equal"] = hasTrueModels,
        });
        return report.IsEqual && hasTrueModels ? ExitCode.Success : ExitCode.Differences;
    }

    static void AtLeast(Option<int> option, int min) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < min)
            result.AddError($"{option.Name} must be at least {min}");
    });
}
