using System.Globalization;

namespace Tapline.Contracts.Schema;

/// <summary>The lake type of each PostgreSQL type, from the type's name as <c>format_type</c> prints it.</summary>
public static class PostgresTypes
{
    /// <summary>The largest decimal precision that Parquet, Delta and DuckDB share.</summary>
    public const int DecimalPrecisionMax = 38;

    /// <summary>Declares a column of the given source type. Types without a lake counterpart are kept as their
    /// text.</summary>
    public static ColumnSchema Column(string name, string sourceType, bool nullable = true, int keyOrdinal = -1)
    {
        var (type, precision, scale) = Map(sourceType);
        return new ColumnSchema(name, type, nullable)
        {
            KeyOrdinal = keyOrdinal,
            Precision = precision,
            Scale = scale,
            SourceType = sourceType,
        };
    }

    static (ColumnType Type, int Precision, int Scale) Map(string sourceType)
    {
        if (sourceType.EndsWith("[]", StringComparison.Ordinal))
            return (ColumnType.String, 0, 0);
        var (name, first, second) = Split(sourceType);
        return name switch
        {
            "boolean" => (ColumnType.Boolean, 0, 0),
            "bit" when first is null or 1 => (ColumnType.Boolean, 0, 0),
            "bit" or "bit varying" => (ColumnType.Binary, 0, 0),
            "smallint" => (ColumnType.Int16, 0, 0),
            "integer" => (ColumnType.Int32, 0, 0),
            "bigint" or "oid" => (ColumnType.Int64, 0, 0),
            "real" => (ColumnType.Float32, 0, 0),
            "double precision" => (ColumnType.Float64, 0, 0),
            "numeric" when first is >= 1 and <= DecimalPrecisionMax && (second ?? 0) >= 0 && (second ?? 0) <= first =>
                (ColumnType.Decimal, first.Value, second ?? 0),
            "money" => (ColumnType.Decimal, 19, 2),
            "bytea" => (ColumnType.Binary, 0, 0),
            "date" => (ColumnType.Date, 0, 0),
            "timestamp without time zone" or "timestamp with time zone" => (ColumnType.Timestamp, 0, 0),
            _ => (ColumnType.String, 0, 0),
        };
    }

    /// <summary>Takes <c>timestamp(3) with time zone</c> apart into the bare name and up to two modifiers.</summary>
    public static (string Name, int? First, int? Second) Split(string sourceType)
    {
        var open = sourceType.IndexOf('(', StringComparison.Ordinal);
        var close = sourceType.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open)
            return (sourceType, null, null);
        var name = sourceType[..open] + sourceType[(close + 1)..];
        var modifiers = sourceType[(open + 1)..close].Split(',');
        return (name, Number(modifiers[0]), modifiers.Length > 1 ? Number(modifiers[1]) : null);

        static int? Number(string text) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
    }
}
