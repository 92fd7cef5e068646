using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>The SQL that reads a table in the order of its key, piece by piece.</summary>
/// <param name="Table">Its quoted name.</param>
/// <param name="Columns">What to read.</param>
/// <param name="Keys">The key's columns, in key order.</param>
/// <param name="RowFilter">The publication's condition on its rows; null for none.</param>
/// <param name="Filter">The signal's; null for none.</param>
sealed record RereadQuery(
    string Table,
    ImmutableArray<ColumnSchema> Columns,
    ImmutableArray<ColumnSchema> Keys,
    string? RowFilter,
    string? Filter)
{
    /// <summary>Asks for the highest key.</summary>
    public string Last =>
        $"SELECT {Names(Keys)} FROM {Table} WHERE {Conditions} "
        + $"ORDER BY {string.Join(", ", Keys.Select(static k => $"{SourceSession.Quote(k.Name)} DESC"))} LIMIT 1";

    string Conditions => string.Join(
        " AND ", ((string?[])[RowFilter, Filter]).OfType<string>().Select(static c => $"({c})").DefaultIfEmpty("true"));

    /// <summary>Asks for the rows behind those that are done, up to a table's last key.</summary>
    public string Piece(RereadTable table, int rowsMax)
    {
        var after = table.Done is { } done ? $" AND ({Names(Keys)}) > ({Literals(done)})" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {Names(Columns)} FROM {Table} WHERE {Conditions}{after} "
            + $"AND ({Names(Keys)}) <= ({Literals(table.Last!.Value)}) ORDER BY {Names(Keys)} LIMIT {rowsMax}");
    }

    /// <summary>A row's key as texts.</summary>
    public ImmutableArray<string> KeyOf(RowText row) =>
        [.. Keys.Select(key => Encoding.UTF8.GetString(row.Text(Columns.IndexOf(key))))];

    static string Names(ImmutableArray<ColumnSchema> columns) =>
        string.Join(", ", columns.Select(static c => SourceSession.Quote(c.Name)));

    string Literals(ImmutableArray<string> values) => string.Join(
        ", ", values.Select((value, i) => $"{Literal(value)}::{Keys[i].SourceType}"));

    static string Literal(string text) =>
        $"E'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}
