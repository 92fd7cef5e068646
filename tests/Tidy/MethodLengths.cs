using System.Text.RegularExpressions;

namespace Tapline.Tidy.Tests;

/// <summary>Finds bodies of methods: a brace that opens after a line that ends a parameter list.</summary>
static partial class MethodLengths
{
    /// <summary>Name, first line and number of lines of each method, with its braces.</summary>
    public static IEnumerable<(string Name, int Line, int Length)> Of(IReadOnlyList<string> lines)
    {
        var scanner = new CodeScanner();
        var open = new Stack<(string? Method, int Line)>();
        var statement = "";
        var found = new List<(string, int, int)>();
        for (var i = 0; i < lines.Count; i++)
        {
            foreach (var c in scanner.CodeOf(lines[i]))
            {
                switch (c)
                {
                    case '{':
                        open.Push((NameOf(statement), i + 1));
                        statement = "";
                        break;
                    case '}':
                        if (open.TryPop(out var body) && body.Method is { } method)
                            found.Add((method, body.Line, i + 2 - body.Line));
                        statement = "";
                        break;
                    case ';':
                        statement = "";
                        break;
                    default:
                        statement += c;
                        break;
                }
            }
            statement += ' ';
        }
        return found;
    }

    static string? NameOf(string statement)
    {
        var match = Signature().Match(statement);
        var name = match.Groups["name"].Value;
        var isOther = Keyword().IsMatch(name) || TypeDeclaration().IsMatch(statement);
        return match.Success && !isOther && !statement.Contains("=>", StringComparison.Ordinal) ? name : null;
    }

    [GeneratedRegex(@"(?<name>[A-Za-z_][A-Za-z0-9_]*)(<[^()<>]*(<[^()<>]*>[^()<>]*)*>)?"
        + @"\s*\(.*\)\s*(:\s*(base|this)\s*\(.*\)\s*)?"
        + @"(where\s.*)?$",
        RegexOptions.Singleline)]
    private static partial Regex Signature();

    [GeneratedRegex("^(if|for|foreach|while|switch|using|lock|catch|fixed|when|new|return|await)$")]
    private static partial Regex Keyword();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum|namespace)\s+[A-Z]")]
    private static partial Regex TypeDeclaration();
}
