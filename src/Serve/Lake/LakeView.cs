using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Lake;

/// <summary>One table as SQL: the view's text stays the same while only its files change, which stand in a variable of
/// the session.</summary>
sealed class LakeView(LakeTable table, string variable)
{
    /// <summary>The statement that hands over the files; empty where the view itself names them.</summary>
    public string SetFiles => IsByVariable ? $"SET VARIABLE {variable} = {List(table.Files)}" : "";

    /// <summary>A SELECT of the given columns.</summary>
    public string Select(IEnumerable<ColumnSchema> columns)
    {
        var shown = columns.ToList();
        if (table.Files.IsEmpty)
            return $"SELECT {string.Join(", ", shown.Select(static column => Constant(column, "NULL")))} WHERE false";
        return IsByVariable
            ? SelectFrom(shown, $"getvariable('{variable}')", table.Files[0])
            : string.Join(" UNION ALL ", table.Files
                .GroupBy(PartitionOf)
                .Select(group => SelectFrom(shown, List(group), group.First())));
    }

    bool IsByVariable => table.PartitionColumns.IsEmpty && !table.Files.IsEmpty;

    string PartitionOf(LakeFile file) => string.Join('\0', table.PartitionColumns.Select(column =>
        file.PartitionValues.GetValueOrDefault(column) is { Length: > 0 } value ? $"={value}" : ""));

    // Columns that a file lacks, since they came later, are null; narrower types are widened.
    string SelectFrom(List<ColumnSchema> shown, string files, LakeFile one)
    {
        var stored = table.Columns.Where(column => !table.PartitionColumns.Contains(column.Name));
        var schema = string.Join(", ", stored.Select(static column =>
            $"{SqlText.Literal(column.Name)}: {{name: {SqlText.Literal(column.Name)}, "
            + $"type: {SqlText.Literal(DuckDbType.Of(column).ToString())}, default_value: NULL}}"));
        var columns = string.Join(", ", shown.Select(column => table.PartitionColumns.Contains(column.Name)
            ? Constant(column, PartitionValue(column, one))
            : SqlText.Identifier(column.Name)));
        return $"SELECT {columns} FROM read_parquet({files}, schema = MAP {{{schema}}})";
    }

    // In the log an empty text stands for null (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).
    static string PartitionValue(ColumnSchema column, LakeFile file) =>
        file.PartitionValues.GetValueOrDefault(column.Name) is { Length: > 0 } value ? SqlText.Literal(value) : "NULL";

    static string Constant(ColumnSchema column, string value) =>
        $"{value}::{DuckDbType.Of(column)} AS {SqlText.Identifier(column.Name)}";

    static string List(IEnumerable<LakeFile> files) =>
        $"[{string.Join(", ", files.Select(static file => SqlText.Literal(file.Path)))}]";
}
