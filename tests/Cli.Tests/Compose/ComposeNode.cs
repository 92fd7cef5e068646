using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Tapline.Cli.Tests.Compose;

/// <summary>A part of docker-compose.yml as an engine sees it: anchors followed, merges made, variables at their
/// defaults.</summary>
sealed partial record ComposeNode(object? Value)
{
    /// <summary>The whole file.</summary>
    public static ComposeNode File { get; } = Parse(System.IO.File.ReadAllText(
        Path.Combine(LauncherTests.Root, "docker-compose.yml")));

    /// <summary>Every service by its name.</summary>
    public static IReadOnlyDictionary<string, ComposeNode> Services { get; } =
        File["services"].Keys.ToDictionary(static name => name, static name => File["services"][name]);

    public static ComposeNode Parse(string yaml) => new(new DeserializerBuilder().Build()
        .Deserialize<object>(new MergingParser(new Parser(new StringReader(yaml)))));

    public bool Exists => Value is not null;

    public string Text => Value is string text ? Interpolated(text)
        : throw new InvalidOperationException($"a text was wanted, found {Value ?? "nothing"}");

    public ComposeNode this[string key] => new(Map.GetValueOrDefault(key));

    public IEnumerable<string> Keys => Map.Keys.Select(static key => (string)key);

    /// <summary>The items of a list; the keys of a group that a list may be written as.</summary>
    public IReadOnlyList<string> Texts => Value switch
    {
        null => [],
        List<object?> items => [.. items.Select(static item => new ComposeNode(item).Text)],
        Dictionary<object, object?> => [.. Keys],
        _ => [Text],
    };

    Dictionary<object, object?> Map => Value switch
    {
        null => [],
        Dictionary<object, object?> map => map,
        _ => throw new InvalidOperationException($"a group was wanted, found {Value}"),
    };

    // Compose takes $$ for a dollar sign, ${NAME:-default} for a variable; one without a default would be empty.
    static string Interpolated(string text) => Variable().Replace(text, static match =>
        match.Value == "$$" ? "$"
        : match.Groups["default"] is { Success: true } fallback ? fallback.Value
        : throw new FormatException($"{match.Value} has no default"));

    [GeneratedRegex(@"\$\$|\$\{[A-Z0-9_]+(:-(?<default>[^}]*))?\}")]
    private static partial Regex Variable();
}
