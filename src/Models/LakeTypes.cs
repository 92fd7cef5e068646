using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models;

/// <summary>The lake's type of a column that SQL gives.</summary>
static class LakeTypes
{
    /// <summary>The column; null for types that the lake has not. Whole numbers of other widths become the next larger
    /// one, the sums of DuckDB's HUGEINT become 64 bits.</summary>
    public static ColumnSchema? Of(DuckDbColumn column) => column.Type.Kind switch
    {
        DuckDbTypeKind.Boolean => new(column.Name, ColumnType.Boolean),
        DuckDbTypeKind.TinyInt or DuckDbTypeKind.UTinyInt or DuckDbTypeKind.SmallInt or DuckDbTypeKind.USmallInt
            or DuckDbTypeKind.Integer => new(column.Name, ColumnType.Int32),
        DuckDbTypeKind.UInteger or DuckDbTypeKind.BigInt or DuckDbTypeKind.UBigInt or DuckDbTypeKind.HugeInt
            => new(column.Name, ColumnType.Int64),
        DuckDbTypeKind.Float => new(column.Name, ColumnType.Float32),
        DuckDbTypeKind.Double => new(column.Name, ColumnType.Float64),
        DuckDbTypeKind.Decimal => new(column.Name, ColumnType.Decimal)
        {
            Precision = column.Type.Width,
            Scale = column.Type.Scale,
        },
        DuckDbTypeKind.Varchar => new(column.Name, ColumnType.String),
        DuckDbTypeKind.Blob => new(column.Name, ColumnType.Binary),
        DuckDbTypeKind.Date => new(column.Name, ColumnType.Date),
        DuckDbTypeKind.TimestampTz => new(column.Name, ColumnType.Timestamp),
        _ => null,
    };

    /// <summary>What to do about a type that the lake has not.</summary>
    public static string Advice(DuckDbType type) => type.Kind switch
    {
        DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampSeconds or DuckDbTypeKind.TimestampMilliseconds
            or DuckDbTypeKind.TimestampNanoseconds => "cast it to timestamptz",
        DuckDbTypeKind.SqlNull => "cast the null to the type that it stands for",
        DuckDbTypeKind.Struct or DuckDbTypeKind.List or DuckDbTypeKind.Map or DuckDbTypeKind.Array =>
            "make columns of it, or text by to_json",
        _ => "cast it to text or a number",
    };
}
