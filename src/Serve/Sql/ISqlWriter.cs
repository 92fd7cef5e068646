using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Sql;

/// <summary>Writes rows whose values are in DuckDB's text form. Called in the order begin, rows, end.</summary>
public interface ISqlWriter
{
    /// <summary>Whether lists, structs and maps are wanted as JSON rather than in DuckDB's notation.</summary>
    bool NestedAsJson { get; }

    /// <summary>Starts with the columns' names and types.</summary>
    void Begin(ImmutableArray<DuckDbColumn> columns);

    /// <summary>Writes a row; null stands for NULL. The span's content changes after the call.</summary>
    void Row(ReadOnlySpan<string?> values);

    /// <summary>Writes what was held back.</summary>
    void End();
}

/// <summary>The ways to write a result.</summary>
public enum SqlFormat
{
    /// <summary>Columns side by side, for people.</summary>
    Table,
    /// <summary>RFC 4180 with a header.</summary>
    Csv,
    /// <summary>One JSON object a line.</summary>
    JsonLines,
}

/// <summary>Makes the writer of a format.</summary>
public static class SqlFormats
{
    /// <summary>A writer onto <paramref name="output"/>, which stays the caller's.</summary>
    public static ISqlWriter OpenWriter(this SqlFormat format, TextWriter output) => format switch
    {
        SqlFormat.Table => new TableFormat(output),
        SqlFormat.Csv => new CsvFormat(output),
        SqlFormat.JsonLines => new JsonLinesFormat(output),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown format"),
    };
}
