using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Native;

namespace Tapline.Cli.Verbs;

/// <summary>Says which version this is and what it is made of.</summary>
sealed class VersionVerb() : Verb("version", "Show the version of Tapline and of what it is made of",
    "version", "version --output json")
{
    /// <summary>The version of this build, without the commit.</summary>
    public static string Tapline { get; } =
        typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var parts = new (string Name, string Version)[]
        {
            ("tapline", Tapline),
            ("dotnet", RuntimeInformation.FrameworkDescription.Replace(".NET ", "", StringComparison.Ordinal)),
            ("duckdb", NativeLibraries.DuckDbVersion),
            ("librdkafka", NativeLibraries.LibrdkafkaVersion),
            ("postgresql", NativeLibraries.PostgresVersion),
            ("platform", NativeLibraries.Platform),
        };
        foreach (var (name, version) in parts)
            screen.Line($"{name,-12} {version}");
        screen.Result(new JsonObject(parts.Select(static p => KeyValuePair.Create(p.Name, (JsonNode?)p.Version))));
        return Task.FromResult(ExitCode.Success);
    }
}
