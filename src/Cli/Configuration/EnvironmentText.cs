using System.Text.RegularExpressions;

namespace Tapline.Cli.Configuration;

/// <summary>Puts environment variables into a value: <c>${NAME}</c>, <c>${NAME:-default}</c>; <c>$${</c> is a plain
/// <c>${</c>. It works on values, after YAML was read: what a variable holds cannot change the file's
/// structure.</summary>
static partial class EnvironmentText
{
    /// <summary>The text with its variables; names of variables that are not set and have no default are added to
    /// <paramref name="missing"/>.</summary>
    public static string Expand(string text, Func<string, string?> variable, ICollection<string> missing) =>
        Reference().Replace(text, match =>
        {
            if (match.Value == "$${")
                return "${";
            var name = match.Groups["name"].Value;
            if (variable(name) is { Length: > 0 } value)
                return value;
            if (match.Groups["default"] is { Success: true } fallback)
                return fallback.Value;
            missing.Add(name);
            return "";
        });

    [GeneratedRegex(@"\$\$\{|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}")]
    private static partial Regex Reference();
}
