using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>The SQL of a scan, whatever stands for its files and constants.</summary>
static class ScanText
{
    /// <summary>A SELECT of some columns; of all without <paramref name="columns"/>.</summary>
    public static string Select(TableScan scan, IEnumerable<ScanColumn>? columns, ScanParts parts)
    {
        var shown = (columns ?? scan.Columns).ToList();
        var constants = scan.ConstantColumns.ToList();
        if (scan.Files.IsEmpty)
        {
            return "SELECT " + string.Join(", ", shown.Select(static column =>
                $"NULL::{column.SqlType} AS {SqlText.Identifier(column.Name)}")) + " WHERE false";
        }
        var list = string.Join(", ", shown.Select(column =>
            $"{Value(column)} AS {SqlText.Identifier(column.Name)}"));
        var where = parts.Filter is { } filter
            ? $" WHERE {ScanFunctions.GivesRow}({filter}, file_index, file_row_number)"
            : "";
        return $"SELECT {list} FROM read_parquet({parts.Files}, schema = {Schema(scan)}){where}";

        string Value(ScanColumn column)
        {
            if (!column.IsConstant)
                return column.Expression;
            var values = parts.Constant(constants.IndexOf(column));
            var constant = $"list_extract({values}, file_index::BIGINT + 1)";
            return column.IsStored ? $"coalesce({constant}, {column.Expression})" : constant;
        }
    }

    /// <summary>A list of literals.</summary>
    public static string List(IEnumerable<string> literals, string type) =>
        $"[{string.Join(", ", literals)}]::{type}[]";

    /// <summary>What files are to be read as: missing columns are null, narrower types are widened.</summary>
    static string Schema(TableScan scan)
    {
        var stored = scan.Columns.Where(static column => column.IsStored).Select(static column =>
            $"{column.Key}: {{name: {SqlText.Literal(column.Alias)}, "
            + $"type: {SqlText.Literal(column.StoredType)}, default_value: NULL}}").ToList();
        return stored.Count > 0
            ? $"MAP {{{string.Join(", ", stored)}}}"
            // A table of partition columns alone: the files have other columns or none.
            : "MAP {'tapline_nothing': {name: 'tapline_nothing', type: 'INTEGER', default_value: NULL}}";
    }
}

/// <summary>What stands in the SQL of a scan for what changes with its files.</summary>
/// <param name="Files">The list of files.</param>
/// <param name="Constant">The list of a constant column's values, by its number.</param>
/// <param name="Filter">The number of the scan's row filters; null where all rows count.</param>
readonly record struct ScanParts(string Files, Func<int, string> Constant, string? Filter);
