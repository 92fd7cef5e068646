using System.Text.RegularExpressions;

namespace Tapline.Settings;

/// <summary>Puts into a value what stands elsewhere: <c>${NAME}</c> and <c>${NAME:-default}</c> are environment
/// variables, <c>${file:/path}</c> is the text of a file without the line ends at its end; <c>$${</c> is a plain
/// <c>${</c>. It works on values, after YAML was read: what is put in cannot change the file's structure.</summary>
public static partial class EnvironmentText
{
    const int FileBytesMax = 64 << 10;

    /// <summary>The text with everything put in; what could not be had is added to <paramref name="missing"/>, each
    /// with its reason, never with what a file holds.</summary>
    public static string Expand(string text, Func<string, string?> variable, ICollection<string> missing) =>
        Reference().Replace(text, match =>
        {
            if (match.Value == "$${")
                return "${";
            if (match.Groups["file"] is { Success: true } file)
                return OfFile(file.Value, missing);
            var name = match.Groups["name"].Value;
            if (variable(name) is { Length: > 0 } value)
                return value;
            if (match.Groups["default"] is { Success: true } fallback)
                return fallback.Value;
            missing.Add($"the environment variable {name}, which is not set");
            return "";
        });

    static string OfFile(string path, ICollection<string> missing)
    {
        // Secrets are mounted at fixed places: a relative path is a mistake, not a shorthand.
        if (!Path.IsPathFullyQualified(path))
            return Missing("whose path must begin at the root");
        try
        {
            if (!File.Exists(path))
                return Missing("which is not there");
            if (new FileInfo(path).Length > FileBytesMax)
                return Missing($"which is longer than {FileBytesMax} bytes");
            return File.ReadAllText(path).TrimEnd('\r', '\n') is { Length: > 0 } text ? text
                : Missing("which is empty");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Missing("which may not be read");
        }

        string Missing(string reason)
        {
            missing.Add($"the file {path}, {reason}");
            return "";
        }
    }

    [GeneratedRegex(
        @"\$\$\{|\$\{file:(?<file>[^}]+)\}|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}")]
    private static partial Regex Reference();
}
