using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Models;

namespace Tapline.Cli.Verbs;

/// <summary>Reads and binds a package, and says all that is wrong with it.</summary>
sealed class ModelsCheckVerb : Verb
{
    public ModelsCheckVerb()
        : base("check", "Say what is wrong with a package, each mistake with file and line",
            "models check models/bar", "models check models/shop --output json") =>
        Arguments.Add(ChosenPackage.Argument);

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var package = ChosenPackage.Of(line);
        var stored = package.Stored.Count();
        var tables = package.Relations.Values.Count(static relation => relation.Kind == RelationKind.Table);
        var streams = package.Relations.Values.Count(static relation => relation.Kind == RelationKind.Stream);
        screen.Line($"{package.Name}: {tables} source tables, {streams} streams; "
            + $"{stored} models that are kept current, {package.Models.Length - stored} views ✓");
        screen.Result(new JsonObject
        {
            ["package"] = package.Name,
            ["tables"] = tables,
            ["streams"] = streams,
            ["stored"] = stored,
            ["views"] = package.Models.Length - stored,
        });
        return Task.FromResult(ExitCode.Success);
    }
}
