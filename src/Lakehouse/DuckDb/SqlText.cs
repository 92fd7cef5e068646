namespace Tapline.Lakehouse.DuckDb;

/// <summary>Quoting for SQL text that DuckDB and PostgreSQL read alike.</summary>
public static class SqlText
{
    /// <summary>A name in double quotes.</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A text in single quotes.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The name of one file in single quotes, for DuckDB's functions that read files: these would take some
    /// characters as a pattern of many names.</summary>
    public static string File(string path) => Literal(string.Concat(path.Select(static letter =>
        letter is '[' or '*' or '?' ? $"[{letter}]" : letter.ToString())));
}
