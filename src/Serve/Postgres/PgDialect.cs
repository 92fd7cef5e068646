using System.Globalization;

namespace Tapline.Serving.Postgres;

/// <summary>Puts what clients of PostgreSQL write into words that DuckDB reads. What it makes goes through the guard
/// like any other statement.</summary>
static class PgDialect
{
    /// <summary>The schema that has our views and functions for those of <c>pg_catalog</c>.</summary>
    public const string Catalog = "tapline_pg_catalog";

    /// <summary>The statements of a text, without what stands between them.</summary>
    public static List<string> Split(string sql)
    {
        var statements = new List<string>();
        var start = 0;
        var isEmpty = true;
        foreach (var token in SqlTokens.Of(sql))
        {
            if (token.Kind == SqlTokenKind.Other && sql[token.Start] == ';')
            {
                if (!isEmpty)
                    statements.Add(sql[start..token.Start]);
                (start, isEmpty) = (token.End, true);
            }
            else if (token.Kind != SqlTokenKind.Space)
            {
                isEmpty = false;
            }
        }
        if (!isEmpty)
            statements.Add(sql[start..]);
        return statements;
    }

    /// <summary>The words of a statement, in lower case, as far as they are asked for.</summary>
    public static List<string> Words(string sql, int count) =>
    [
        .. SqlTokens.Of(sql).Where(static token => token.Kind != SqlTokenKind.Space).Take(count)
            .Select(token => token.In(sql).ToString().ToLowerInvariant()),
    ];

    /// <summary>The highest number of a parameter.</summary>
    public static int ParameterCount(string sql) =>
        SqlTokens.Of(sql).Where(static token => token.Kind == SqlTokenKind.Parameter)
            .Select(token => int.Parse(token.In(sql)[1..], NumberStyles.None, CultureInfo.InvariantCulture))
            .DefaultIfEmpty().Max();

    /// <summary>The statement in DuckDB's words, with literals for its parameters; without
    /// <paramref name="literals"/> they stay.</summary>
    public static string Translate(string sql, IReadOnlyList<string>? literals) =>
        Words(sql, 3) is ["show", "search_path"]
            ? "SELECT pg_setting('search_path') AS search_path"
            : new PgTranslation(sql, literals).Run();
}
