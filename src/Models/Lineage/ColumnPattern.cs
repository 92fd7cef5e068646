using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tapline.Models.Lineage;

/// <summary>Which columns COLUMNS(…) stands for: those whose names match an expression, those of a list, else
/// all.</summary>
/// <param name="expression">The regular expression; null for none.</param>
/// <param name="names">The list; null for none.</param>
sealed class ColumnPattern(Regex? expression, HashSet<string>? names)
{
    static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);

    /// <summary>What a star of DuckDB's JSON says.</summary>
    public static ColumnPattern Of(JsonElement star)
    {
        var wanted = star.GetProperty("expr");
        if (ExpressionLineage.ClassOf(wanted) == "CONSTANT"
            && wanted.GetProperty("value").TryGetProperty("value", out var value)
            && value.ValueKind == JsonValueKind.String)
        {
            return new ColumnPattern(
                new Regex(value.GetString()!, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeMax),
                null);
        }
        if (ExpressionLineage.ClassOf(wanted) == "FUNCTION"
            && wanted.GetProperty("function_name").GetString() == "list_value")
        {
            var listed = wanted.GetProperty("children").EnumerateArray().Select(NameOf).ToList();
            if (listed.All(static name => name is not null))
                return new ColumnPattern(null, new HashSet<string>(listed!, StringComparer.OrdinalIgnoreCase));
        }
        return new ColumnPattern(null, null);
    }

    /// <summary>Whether a column is one of them.</summary>
    public bool Matches(string column) => expression?.IsMatch(column) ?? names?.Contains(column) ?? true;

    static string? NameOf(JsonElement item) => ExpressionLineage.ClassOf(item) switch
    {
        "CONSTANT" => item.GetProperty("value").TryGetProperty("value", out var value) ? value.ToString() : null,
        "COLUMN_REF" => item.GetProperty("column_names").EnumerateArray().Last().GetString(),
        _ => null,
    };
}
