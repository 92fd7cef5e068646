namespace Tapline.Lakehouse.DuckDb;

/// <summary>Quoting for SQL text that DuckDB and PostgreSQL read alike.</summary>
public static class SqlText
{
    /// <summary>A name in double quotes.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text in single quotes.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
