using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Postgres;

/// <summary>DuckDB's types as PostgreSQL's, by their fixed numbers (pg_type.dat).</summary>
static class PgTypes
{
    public const int Bool = 16, Bytea = 17, Int8 = 20, Int2 = 21, Int4 = 23, Text = 25, Oid = 26, Json = 114,
        Float4 = 700, Float8 = 701, Unknown = 705, Bpchar = 1042, Varchar = 1043, Date = 1082, Time = 1083,
        Timestamp = 1114, TimestampTz = 1184, Interval = 1186, Numeric = 1700, Uuid = 2950, Name = 19, Jsonb = 3802;

    /// <summary>The type of a column.</summary>
    public static int Of(DuckDbType type) => type.Kind switch
    {
        DuckDbTypeKind.Varchar when type.Alias == "JSON" => Json,
        var kind => Of(kind),
    };

    /// <summary>The type of values of a kind.</summary>
    public static int Of(DuckDbTypeKind kind) => kind switch
    {
        DuckDbTypeKind.Boolean => Bool,
        DuckDbTypeKind.TinyInt or DuckDbTypeKind.UTinyInt or DuckDbTypeKind.SmallInt => Int2,
        DuckDbTypeKind.USmallInt or DuckDbTypeKind.Integer => Int4,
        DuckDbTypeKind.UInteger or DuckDbTypeKind.BigInt => Int8,
        DuckDbTypeKind.UBigInt or DuckDbTypeKind.HugeInt or DuckDbTypeKind.Decimal => Numeric,
        DuckDbTypeKind.Float => Float4,
        DuckDbTypeKind.Double => Float8,
        DuckDbTypeKind.Blob => Bytea,
        DuckDbTypeKind.Date => Date,
        DuckDbTypeKind.Time => Time,
        DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampSeconds or DuckDbTypeKind.TimestampMilliseconds
            or DuckDbTypeKind.TimestampNanoseconds => Timestamp,
        DuckDbTypeKind.TimestampTz => TimestampTz,
        DuckDbTypeKind.Interval => Interval,
        DuckDbTypeKind.Uuid => Uuid,
        DuckDbTypeKind.List or DuckDbTypeKind.Struct or DuckDbTypeKind.Map or DuckDbTypeKind.Array
            or DuckDbTypeKind.Union => Json,
        _ => Text,
    };

    /// <summary>Bytes of a value; -1 where they vary.</summary>
    public static int SizeOf(int type) => type switch
    {
        Bool => 1,
        Int2 => 2,
        Int4 or Float4 or Date or Oid => 4,
        Int8 or Float8 or Time or Timestamp or TimestampTz => 8,
        Interval or Uuid => 16,
        _ => -1,
    };

    /// <summary>What DuckDB calls the type of a parameter.</summary>
    public static string DuckDbName(int type) => type switch
    {
        Bool => "BOOLEAN",
        Int2 => "SMALLINT",
        Int4 => "INTEGER",
        Int8 or Oid => "BIGINT",
        Float4 => "FLOAT",
        Float8 => "DOUBLE",
        Bytea => "BLOB",
        Date => "DATE",
        Time => "TIME",
        Timestamp => "TIMESTAMP",
        TimestampTz => "TIMESTAMPTZ",
        Interval => "INTERVAL",
        Numeric => "DECIMAL(38, 10)",
        Uuid => "UUID",
        Json or Jsonb => "JSON",
        _ => "VARCHAR",
    };

    /// <summary>A statement whose values are of the few kinds that are written as they are: the others become decimals,
    /// or text.</summary>
    public static string Select(string sql, ImmutableArray<DuckDbColumn> columns)
    {
        var names = string.Join(", ", columns.Select(static (_, i) => $"c{i}"));
        var values = string.Join(", ", columns.Select(static (column, i) => Value($"c{i}", column.Type)));
        return $"SELECT {values} FROM (\n{sql}\n) AS t({names})";
    }

    static string Value(string name, DuckDbType type) => type.Kind switch
    {
        DuckDbTypeKind.TinyInt or DuckDbTypeKind.UTinyInt => $"CAST({name} AS SMALLINT)",
        DuckDbTypeKind.USmallInt => $"CAST({name} AS INTEGER)",
        DuckDbTypeKind.UInteger => $"CAST({name} AS BIGINT)",
        DuckDbTypeKind.UBigInt or DuckDbTypeKind.HugeInt => $"CAST({name} AS DECIMAL(38, 0))",
        DuckDbTypeKind.TimestampSeconds or DuckDbTypeKind.TimestampMilliseconds
            or DuckDbTypeKind.TimestampNanoseconds => $"CAST({name} AS TIMESTAMP)",
        DuckDbTypeKind.List or DuckDbTypeKind.Struct or DuckDbTypeKind.Map or DuckDbTypeKind.Array
            or DuckDbTypeKind.Union => $"CAST(to_json({name}) AS VARCHAR)",
        DuckDbTypeKind.Boolean or DuckDbTypeKind.SmallInt or DuckDbTypeKind.Integer or DuckDbTypeKind.BigInt
            or DuckDbTypeKind.Float or DuckDbTypeKind.Double or DuckDbTypeKind.Decimal or DuckDbTypeKind.Blob
            or DuckDbTypeKind.Date or DuckDbTypeKind.Time or DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampTz
            or DuckDbTypeKind.Interval or DuckDbTypeKind.Varchar => name,
        _ => $"CAST({name} AS VARCHAR)",
    };
}
