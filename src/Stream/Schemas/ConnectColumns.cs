using System.Globalization;
using System.Text.Json;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Schemas;

/// <summary>The column that a field of a Kafka Connect schema describes: the source type that fits its meaning, and how
/// its values are spelled.</summary>
static class ConnectColumns
{
    const string SourceTypeParameter = "__debezium.source.column.type";
    const string SourceLengthParameter = "__debezium.source.column.length";
    const string SourceScaleParameter = "__debezium.source.column.scale";

    /// <summary>Builds the column. What the schema leaves open (a plain string may be anything) is taken from what was
    /// declared for the column, else from the source type that the connector propagates.</summary>
    /// <param name="field">The field's schema.</param>
    /// <param name="keyOrdinal">Its place in the key; -1 for none.</param>
    /// <param name="declared">The column as somebody announced it; null when nobody did.</param>
    /// <param name="table">How the table's events spell values otherwise.</param>
    public static ColumnSchema Of(ConnectSchema field, int keyOrdinal, ColumnSchema? declared, WireFormat table)
    {
        var hint = declared?.SourceType ?? Propagated(field, table);
        var (sourceType, format) = Type(field, hint, declared?.Format ?? table);
        return PostgresTypes.Column(field.Field, sourceType, field.IsOptional, keyOrdinal) with
        {
            Format = format == table ? null : format,
        };
    }

    static (string SourceType, WireFormat Format) Type(ConnectSchema schema, string? hint, WireFormat format) =>
        schema.Name switch
        {
            "org.apache.kafka.connect.data.Decimal" =>
                (Numeric(schema), format with { Decimals = DecimalMode.Precise }),
            "io.debezium.data.VariableScaleDecimal" => ("numeric", format with { Decimals = DecimalMode.Precise }),
            "io.debezium.time.Date" => ("date", Times(format, TimeMode.Adaptive)),
            "org.apache.kafka.connect.data.Date" => ("date", Times(format, TimeMode.Connect)),
            "io.debezium.time.IsoDate" => ("date", Times(format, TimeMode.IsoString)),
            "io.debezium.time.Time" or "org.apache.kafka.connect.data.Time" =>
                ("time(3) without time zone", Times(format, TimeMode.Adaptive)),
            "io.debezium.time.MicroTime" => ("time without time zone", Times(format, TimeMode.Adaptive)),
            "io.debezium.time.NanoTime" => ("time without time zone", Times(format, TimeMode.Nanoseconds)),
            "io.debezium.time.IsoTime" => ("time without time zone", Times(format, TimeMode.IsoString)),
            "io.debezium.time.Timestamp" or "org.apache.kafka.connect.data.Timestamp" =>
                ("timestamp(3) without time zone", Times(format, TimeMode.Adaptive)),
            "io.debezium.time.MicroTimestamp" => ("timestamp without time zone", Times(format, TimeMode.Adaptive)),
            "io.debezium.time.NanoTimestamp" => ("timestamp without time zone", Times(format, TimeMode.Nanoseconds)),
            "io.debezium.time.IsoTimestamp" => ("timestamp without time zone", Times(format, TimeMode.IsoString)),
            "io.debezium.time.ZonedTimestamp" => ("timestamp with time zone", format),
            "io.debezium.time.ZonedTime" => ("time with time zone", format),
            "io.debezium.time.MicroDuration" => ("interval", format with { Intervals = IntervalMode.Numeric }),
            "io.debezium.time.Interval" => ("interval", format with { Intervals = IntervalMode.String }),
            "io.debezium.data.Bits" => (Bits(schema), format),
            "io.debezium.data.Json" => (hint is "jsonb" or "hstore" ? hint : "json", OpenUnless(hint, format)),
            "io.debezium.data.Enum" => (hint is not null && MayBeText(hint) && hint != "text" ? hint : "enum", format),
            "io.debezium.data.Uuid" => ("uuid", format),
            "io.debezium.data.Xml" => ("xml", format),
            "io.debezium.data.Ltree" => ("ltree", format),
            "io.debezium.data.Tsvector" => ("tsvector", format),
            "io.debezium.data.geometry.Point" => ("point", format),
            "io.debezium.data.geometry.Geometry" => ("geometry", format),
            "io.debezium.data.geometry.Geography" => ("geography", format),
            "io.debezium.data.DoubleVector" => ("vector", format),
            "io.debezium.data.FloatVector" => ("halfvec", format),
            "io.debezium.data.SparseDoubleVector" or "io.debezium.data.SparseVector" => ("sparsevec", format),
            _ => Plain(schema, hint, format),
        };

    static (string SourceType, WireFormat Format) Plain(ConnectSchema schema, string? hint, WireFormat format)
    {
        switch (schema.Type)
        {
            case "boolean":
                return ("boolean", format);
            case "int8" or "int16":
                return ("smallint", format);
            case "int32":
                return ("integer", format);
            case "int64":
                return (hint == "oid" ? hint : "bigint", OpenUnless(hint, format));
            case "float":
                return ("real", format);
            case "double" when hint is not null && IsNumeric(hint):
                return (hint, format with { Decimals = DecimalMode.Double });
            case "double":
                return ("double precision", format);
            case "string" when hint is not null && IsNumeric(hint):
                return (hint, format with { Decimals = DecimalMode.String });
            case "string" when hint == "bytea" && format.Binary == BinaryMode.Bytes:
                return (hint, format with { Binary = BinaryMode.Base64 });
            case "string" when hint is null:
                return ("text", OpenUnless(hint, format));
            case "string":
                return (MayBeText(hint) ? hint : "text", format);
            case "bytes":
                var isText = hint is not null && PostgresTypes.Column("", hint).Type == ColumnType.String;
                return (isText ? hint! : "bytea", format with { Binary = BinaryMode.Bytes });
            case "array" when schema.Items is { } items:
                var element = hint is not null && hint.EndsWith("[]", StringComparison.Ordinal) ? hint[..^2] : null;
                var (type, spelling) = Type(items, element, format);
                return (type + "[]", spelling);
            case "map" when schema.Keys is { Type: "string" }:
                return ("hstore", format with { Hstores = HstoreMode.Map });
            case "map" or "struct":
                return ("record", format);
            default:
                throw new JsonException($"the field {schema.Field} has a type that Kafka Connect does not have");
        }
    }

    static WireFormat OpenUnless(string? hint, WireFormat format) =>
        hint is null ? format with { IsTypeOpen = true } : format;

    static WireFormat Times(WireFormat format, TimeMode mode) => format with { Times = mode };

    // The connector takes the scale from the lower 11 bits of the type's modifier without their sign.
    static string Numeric(ConnectSchema schema)
    {
        var scale = schema.Number("scale") ?? throw new JsonException($"the decimal {schema.Field} has no scale");
        var precision = schema.Number("connect.decimal.precision");
        if (precision is null)
            return scale == 2 ? "money" : Spelled(PostgresTypes.DecimalPrecisionMax, scale);
        return Spelled(precision.Value, scale > 1000 ? scale - 2048 : scale);
    }

    // A length of the whole range is what the connector says of a type without one.
    static string Bits(ConnectSchema schema) => schema.Number("length") is { } length and > 0 && length < int.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"bit varying({length})")
        : "bit varying";

    static bool IsNumeric(string sourceType) => PostgresTypes.Split(sourceType).Name is "numeric" or "money";

    static bool MayBeText(string sourceType) => sourceType == "bytea"
        || PostgresTypes.Column("", sourceType).Type == ColumnType.String;

    static string Spelled(int precision, int scale) =>
        string.Create(CultureInfo.InvariantCulture, $"numeric({precision},{scale})");

    static string? Propagated(ConnectSchema field, WireFormat format)
    {
        if (!field.Parameters.TryGetValue(SourceTypeParameter, out var name))
            return null;
        var isArray = name.StartsWith('_');
        var type = (isArray ? name[1..] : name).ToLowerInvariant();
        // Which of the binary modes a string is in only a declaration says.
        if (type == "bytea" && format.Binary == BinaryMode.Bytes)
            return null;
        var length = field.Number(SourceLengthParameter);
        var scale = field.Number(SourceScaleParameter) ?? 0;
        // numeric without a precision has the type's largest one.
        var spelled = type switch
        {
            "numeric" when length is > 0 and <= 1000 => Spelled(length.Value, scale),
            "bpchar" when length is > 0 and < int.MaxValue =>
                string.Create(CultureInfo.InvariantCulture, $"character({length})"),
            "bpchar" => "character",
            "varchar" => "character varying",
            // Words that are the catalog's names of types which the schema says better by itself.
            "bool" or "int2" or "int4" or "int8" or "float4" or "float8" or "date" or "time" or "timetz"
                or "timestamp" or "timestamptz" or "smallserial" or "serial" or "bigserial" or "bit" or "varbit" =>
                "text",
            _ => type,
        };
        return isArray ? spelled + "[]" : spelled;
    }
}
