using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Native;

namespace Tapline.Cli.Verbs;

/// <summary>Shows the native components. The launcher has fetched what was missing by the time that this
/// runs.</summary>
sealed class SetupVerb() : Verb("setup", "Fetch the native components that are missing, and show where they are",
    "setup", "setup --output json")
{
    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var parts = new (string Name, string Version, string Folder)[]
        {
            ("duckdb", NativeLibraries.DuckDbVersion, NativeLibraries.Folder("duckdb", NativeLibraries.DuckDbVersion)),
            ("librdkafka", NativeLibraries.LibrdkafkaVersion,
                NativeLibraries.Folder("librdkafka", NativeLibraries.LibrdkafkaVersion)),
            ("postgresql", NativeLibraries.PostgresVersion, NativeLibraries.PostgresRoot),
        };
        foreach (var (name, version, folder) in parts)
            screen.Line($"{(Directory.Exists(folder) ? "✓" : "✗")} {name,-12} {version,-16} {folder}");
        screen.Result(new JsonArray([.. parts.Select(static part => new JsonObject
        {
            ["name"] = part.Name,
            ["version"] = part.Version,
            ["folder"] = part.Folder,
            ["present"] = Directory.Exists(part.Folder),
        })]));
        return Task.FromResult(parts.All(static part => Directory.Exists(part.Folder)) ? ExitCode.Success
            : ExitCode.Unreachable);
    }
}
