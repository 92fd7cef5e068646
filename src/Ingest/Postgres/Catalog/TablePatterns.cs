using System.Text.RegularExpressions;
using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres.Catalog;

/// <summary>Which tables were asked for: names <c>schema.table</c> in which <c>*</c> stands for anything.</summary>
sealed class TablePatterns(IReadOnlyList<string> patterns)
{
    readonly (string Text, Regex Expression)[] _patterns =
    [
        .. patterns.Select(static pattern => (pattern, new Regex(
            $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$",
            RegexOptions.CultureInvariant))),
    ];

    /// <summary>Whether a table is wanted; all are when no pattern was given.</summary>
    public bool Includes(TableId table) =>
        _patterns.Length == 0 || _patterns.Any(pattern => pattern.Expression.IsMatch(table.ToString()));

    /// <summary>The patterns that none of the tables matches.</summary>
    public IEnumerable<string> Unmatched(IReadOnlyCollection<TableId> tables) => _patterns
        .Where(pattern => !tables.Any(table => pattern.Expression.IsMatch(table.ToString())))
        .Select(static pattern => pattern.Text);
}
