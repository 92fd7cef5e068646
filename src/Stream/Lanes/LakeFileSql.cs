using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Streaming.Lanes;

/// <summary>Reads one of the lake's own files under the columns that its table has now.</summary>
static class LakeFileSql
{
    /// <summary>All rows, in the file's order. A column that the file lacks is null, a narrower one is
    /// widened.</summary>
    public static string Select(string path, ImmutableArray<ColumnSchema> columns) =>
        Select([path], columns, columns);

    /// <summary>The same for a table whose files may have other names than the table.</summary>
    public static string Select(string path, ImmutableArray<ColumnSchema> columns, Func<string, string> storedName) =>
        Select([path], columns, columns, storedName);

    /// <summary>Some columns of all rows of several files.</summary>
    public static string Select(
        IEnumerable<string> paths,
        ImmutableArray<ColumnSchema> columns,
        ImmutableArray<ColumnSchema> wanted,
        Func<string, string>? storedName = null)
    {
        var names = string.Join(", ", wanted.Select(static column => SqlText.Identifier(column.Name)));
        var files = string.Join(", ", paths.Select(SqlText.File));
        var schema = string.Join(", ", columns.Select(column =>
            $"{SqlText.Literal(storedName?.Invoke(column.Name) ?? column.Name)}: "
            + $"{{name: {SqlText.Literal(column.Name)}, "
            + $"type: {SqlText.Literal(DuckDbType.Of(column).ToString())}, default_value: NULL}}"));
        // What a folder's name says is no column of the file.
        return $"SELECT {names} FROM read_parquet([{files}], schema = MAP {{{schema}}}, hive_partitioning = false)";
    }

    /// <summary>One row when the file has any of these columns, none when it has not.</summary>
    public static string Has(string path, IEnumerable<string> names) =>
        $"SELECT 1::INTEGER AS found FROM parquet_schema({SqlText.File(path)}) "
        + $"WHERE name IN ({string.Join(", ", names.Select(SqlText.Literal))}) LIMIT 1";
}
