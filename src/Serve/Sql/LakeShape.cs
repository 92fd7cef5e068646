using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Sql;

/// <summary>A statement's columns as a lake's columns can hold them.</summary>
static class LakeShape
{
    /// <summary>The columns that hold them.</summary>
    public static ImmutableArray<ColumnSchema> Columns(ImmutableArray<DuckDbColumn> columns) =>
        [.. columns.Select(static column => Of(column.Name, column.Type))];

    /// <summary>The statement with values of those columns' types.</summary>
    public static string Select(string sql, ImmutableArray<DuckDbColumn> columns)
    {
        var names = string.Join(", ", columns.Select(static (_, i) => $"c{i}"));
        var values = string.Join(", ", columns.Select(static (column, i) =>
            $"CAST(c{i} AS {DuckDbType.Of(Of("", column.Type))})"));
        return $"SELECT {values} FROM (\n{sql}\n) AS t({names})";
    }

    static ColumnSchema Of(string name, DuckDbType type) => type.Kind switch
    {
        DuckDbTypeKind.Boolean => new ColumnSchema(name, ColumnType.Boolean),
        DuckDbTypeKind.TinyInt or DuckDbTypeKind.UTinyInt or DuckDbTypeKind.SmallInt =>
            new ColumnSchema(name, ColumnType.Int16),
        DuckDbTypeKind.USmallInt or DuckDbTypeKind.Integer => new ColumnSchema(name, ColumnType.Int32),
        DuckDbTypeKind.UInteger or DuckDbTypeKind.BigInt => new ColumnSchema(name, ColumnType.Int64),
        DuckDbTypeKind.UBigInt => new ColumnSchema(name, ColumnType.Decimal) { Precision = 20 },
        DuckDbTypeKind.Float => new ColumnSchema(name, ColumnType.Float32),
        DuckDbTypeKind.Double => new ColumnSchema(name, ColumnType.Float64),
        DuckDbTypeKind.Decimal => new ColumnSchema(name, ColumnType.Decimal)
        {
            Precision = type.Width,
            Scale = type.Scale,
        },
        DuckDbTypeKind.Date => new ColumnSchema(name, ColumnType.Date),
        DuckDbTypeKind.TimestampTz => new ColumnSchema(name, ColumnType.Timestamp),
        DuckDbTypeKind.Blob => new ColumnSchema(name, ColumnType.Binary),
        _ => new ColumnSchema(name, ColumnType.String),
    };
}
