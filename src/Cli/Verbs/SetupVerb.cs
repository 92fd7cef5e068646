using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;
using Tapline.Native;

namespace Tapline.Cli.Verbs;

/// <summary>Shows the native components, and whether this system loads them. The launcher has fetched what was missing
/// by the time that this runs.</summary>
sealed class SetupVerb : Verb
{
    static readonly Component[] Components =
    [
        new("duckdb", NativeLibraries.DuckDbVersion, static () => NativeLibraries.DuckDbPath),
        new("librdkafka", NativeLibraries.LibrdkafkaVersion, static () => NativeLibraries.LibrdkafkaPath),
        new("postgresql", NativeLibraries.PostgresVersion, Library: null),
    ];

    readonly Argument<string[]> _components = new("components")
    {
        Description = "Which of duckdb, librdkafka and postgresql; all of them otherwise",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public SetupVerb()
        : base("setup", "Fetch the native components that are missing, and show where they are",
            "setup", "setup --output json", "setup duckdb librdkafka")
    {
        _components.AcceptOnlyFromAmong([.. Components.Select(static component => component.Name)]);
        Arguments.Add(_components);
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var wanted = line.GetValue(_components) ?? [];
        var found = Components
            .Where(component => wanted.Length == 0 || wanted.Contains(component.Name, StringComparer.Ordinal))
            .Select(static component => (Component: component, Problem: component.Problem()))
            .ToList();
        foreach (var (component, problem) in found)
        {
            screen.Line($"{(problem is null ? "✓" : "✗")} {component.Name,-12} {component.Version,-16} "
                + $"{component.Folder}");
            if (problem is not null)
                screen.Line($"    {problem}");
        }
        screen.Result(new JsonArray([.. found.Select(static entry => new JsonObject
        {
            ["name"] = entry.Component.Name,
            ["version"] = entry.Component.Version,
            ["folder"] = entry.Component.Folder,
            ["present"] = Directory.Exists(entry.Component.Folder),
            ["problem"] = entry.Problem,
        })]));
        return Task.FromResult(found.TrueForAll(static entry => entry.Problem is null) ? ExitCode.Success
            : ExitCode.Unreachable);
    }

    sealed record Component(string Name, string Version, Func<string>? Library)
    {
        public string Folder => NativeLibraries.Folder(Name, Version);

        /// <summary>Why it cannot be used, null when it can.</summary>
        public string? Problem()
        {
            if (!Directory.Exists(Folder))
                return "is not there; ./tapline setup fetches it";
            try
            {
                if (Library is not null)
                    NativeLibrary.Free(NativeLibrary.Load(Library()));
                return null;
            }
            catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
            {
                return failure.Message.ReplaceLineEndings(" ");
            }
        }
    }
}
