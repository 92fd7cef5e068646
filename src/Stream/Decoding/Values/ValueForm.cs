using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>How events spell the values of a column, and so what to do with them.</summary>
enum ValueForm : byte
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,
    /// <summary>A JSON integer of 16 bits.</summary>
    Int16,
    /// <summary>A JSON integer of 32 bits.</summary>
    Int32,
    /// <summary>A JSON integer of 64 bits.</summary>
    Int64,
    /// <summary>A JSON number, or "NaN", "Infinity", "-Infinity".</summary>
    Float32,
    /// <summary>A JSON number, or "NaN", "Infinity", "-Infinity".</summary>
    Float64,
    /// <summary>A decimal as text or as a JSON number.</summary>
    DecimalText,
    /// <summary>A decimal as base64 of its unscaled bytes, or as a JSON number.</summary>
    DecimalBytes,
    /// <summary>ISO 8601 text, or days since 1970.</summary>
    Date,
    /// <summary>ISO 8601 text with an offset, in every mode.</summary>
    TimestampZoned,
    /// <summary>ISO 8601 text.</summary>
    TimestampText,
    /// <summary>Milliseconds since 1970, or ISO 8601 text.</summary>
    TimestampMilliseconds,
    /// <summary>Microseconds since 1970, or ISO 8601 text.</summary>
    TimestampMicroseconds,
    /// <summary>Nanoseconds since 1970, or ISO 8601 text.</summary>
    TimestampNanoseconds,
    /// <summary>Standard base64.</summary>
    Base64,
    /// <summary>Base64 with <c>-</c> and <c>_</c>.</summary>
    Base64UrlSafe,
    /// <summary>Hexadecimal digits.</summary>
    Hex,
    /// <summary>A string as it is; numbers, booleans, arrays and objects as their JSON text.</summary>
    Text,
    /// <summary>A numeric of a size that no decimal column holds: base64 of its unscaled bytes, or a struct of these
    /// with a scale; kept as plain decimal text.</summary>
    NumericBytes,
    /// <summary>A time of day in milliseconds; kept as ISO 8601 text.</summary>
    TimeMilliseconds,
    /// <summary>A time of day in microseconds; kept as ISO 8601 text.</summary>
    TimeMicroseconds,
    /// <summary>A time of day in nanoseconds; kept as ISO 8601 text.</summary>
    TimeNanoseconds,
    /// <summary>A numeric that no decimal column holds, as a JSON number; kept as plain decimal text.</summary>
    NumericDouble,
    /// <summary>A numeric rounded to the left of its point, as text: the connector writes thousands of zeros behind
    /// it.</summary>
    NumericWhole,
    /// <summary>The text of a type that the connector does not know, as its bytes are spelled.</summary>
    EncodedText,
    /// <summary>An interval in microseconds; kept as ISO 8601 text.</summary>
    IntervalMicroseconds,
    /// <summary>A struct of coordinates; kept as the database's text.</summary>
    Point,
    /// <summary>A struct of well-known binary and reference system; kept as the database's text.</summary>
    Geometry,
    /// <summary>An array of numbers; kept as the database's text.</summary>
    Vector,
    /// <summary>A struct of dimensions and pairs; kept as the database's text.</summary>
    SparseVector,
    /// <summary>An array whose elements are spelled otherwise than in the lake; kept as a JSON array.</summary>
    Array,
}

static class ValueForms
{
    /// <summary>The form of a column under a wire format.</summary>
    public static ValueForm Of(ColumnSchema column, WireFormat format) => column.Type switch
    {
        ColumnType.Boolean => ValueForm.Boolean,
        ColumnType.Int16 => ValueForm.Int16,
        ColumnType.Int32 => ValueForm.Int32,
        ColumnType.Int64 => ValueForm.Int64,
        ColumnType.Float32 => ValueForm.Float32,
        ColumnType.Float64 => ValueForm.Float64,
        ColumnType.Decimal => format.Decimals == DecimalMode.Precise ? ValueForm.DecimalBytes : ValueForm.DecimalText,
        ColumnType.Date => ValueForm.Date,
        ColumnType.Timestamp => OfTimestamp(column, format.Times),
        ColumnType.Binary => OfBinary(column, format.Binary),
        ColumnType.String => OfText(column, format),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Type, "unknown column type"),
    };

    /// <summary>What a value of this form looks like, for people.</summary>
    public static string Wanted(this ValueForm form) => form switch
    {
        ValueForm.Boolean => "true or false",
        ValueForm.Int16 => "an integer of 16 bits",
        ValueForm.Int32 => "an integer of 32 bits",
        ValueForm.Int64 => "an integer of 64 bits",
        ValueForm.Float32 or ValueForm.Float64 => "a number",
        ValueForm.DecimalText => "a decimal as text",
        ValueForm.DecimalBytes => "a decimal as base64",
        ValueForm.Date => "a date",
        ValueForm.TimestampZoned => "a timestamp with an offset",
        ValueForm.TimestampText => "a timestamp as text",
        ValueForm.TimestampMilliseconds => "a timestamp in milliseconds",
        ValueForm.TimestampMicroseconds => "a timestamp in microseconds",
        ValueForm.TimestampNanoseconds => "a timestamp in nanoseconds",
        ValueForm.Base64 or ValueForm.Base64UrlSafe => "base64",
        ValueForm.Hex => "hexadecimal digits",
        ValueForm.NumericBytes => "a numeric as base64 or as scale and value",
        ValueForm.NumericDouble => "a number",
        ValueForm.IntervalMicroseconds => "an interval in microseconds",
        ValueForm.Point => "a point of x and y",
        ValueForm.Geometry => "a geometry as well-known binary",
        ValueForm.Vector or ValueForm.SparseVector => "a vector",
        ValueForm.Array => "an array of the column's type",
        ValueForm.TimeMilliseconds or ValueForm.TimeMicroseconds or ValueForm.TimeNanoseconds => "a time of day",
        _ => "any value",
    };

    static ValueForm OfTimestamp(ColumnSchema column, TimeMode mode)
    {
        var (name, digits, _) = PostgresTypes.Split(column.SourceType);
        if (name == "timestamp with time zone")
            return ValueForm.TimestampZoned;
        return mode switch
        {
            TimeMode.IsoString => ValueForm.TimestampText,
            TimeMode.Adaptive or TimeMode.AdaptiveTimeMicroseconds when digits is <= 3 =>
                ValueForm.TimestampMilliseconds,
            TimeMode.Connect => ValueForm.TimestampMilliseconds,
            TimeMode.Nanoseconds => ValueForm.TimestampNanoseconds,
            _ => ValueForm.TimestampMicroseconds,
        };
    }

    static ValueForm OfBinary(ColumnSchema column, BinaryMode mode)
    {
        // Bit strings are bytes in every mode: only bytea follows binary.handling.mode.
        if (column.SourceType.StartsWith("bit", StringComparison.Ordinal))
            return ValueForm.Base64;
        return mode switch
        {
            BinaryMode.Base64UrlSafe => ValueForm.Base64UrlSafe,
            BinaryMode.Hex => ValueForm.Hex,
            _ => ValueForm.Base64,
        };
    }

    static ValueForm OfText(ColumnSchema column, WireFormat format)
    {
        if (column.SourceType.EndsWith("[]", StringComparison.Ordinal))
            return ArrayText.IsNeeded(column.SourceType[..^2], format) ? ValueForm.Array : ValueForm.Text;
        var (name, digits, scale) = PostgresTypes.Split(column.SourceType);
        return name switch
        {
            "numeric" or "money" when format.Decimals == DecimalMode.Precise => ValueForm.NumericBytes,
            "numeric" or "money" when format.Decimals == DecimalMode.Double => ValueForm.NumericDouble,
            "numeric" when scale < 0 && format.Writer == EventWriter.Debezium => ValueForm.NumericWhole,
            "time without time zone" => format.Times switch
            {
                TimeMode.IsoString => ValueForm.Text,
                TimeMode.Adaptive when digits is <= 3 => ValueForm.TimeMilliseconds,
                TimeMode.Connect => ValueForm.TimeMilliseconds,
                TimeMode.Nanoseconds => ValueForm.TimeNanoseconds,
                _ => ValueForm.TimeMicroseconds,
            },
            "point" => ValueForm.Point,
            _ when IsNamed(name, "geometry") || IsNamed(name, "geography") => ValueForm.Geometry,
            _ when IsNamed(name, "vector") || IsNamed(name, "halfvec") => ValueForm.Vector,
            _ when IsNamed(name, "sparsevec") => ValueForm.SparseVector,
            _ when format.Intervals == IntervalMode.Numeric &&
                (name == "interval" || name.StartsWith("interval ", StringComparison.Ordinal)) =>
                ValueForm.IntervalMicroseconds,
            "line" or "lseg" or "box" or "path" or "polygon" or "circle" or "tsquery" or "jsonpath" or "pg_lsn"
                or "pg_snapshot" or "txid_snapshot" or "regclass" or "regtype" or "regproc" or "regrole"
                or "regnamespace" when format.Writer == EventWriter.Debezium => ValueForm.EncodedText,
            _ when IsNamed(name, "lquery") && format.Writer == EventWriter.Debezium => ValueForm.EncodedText,
            _ => ValueForm.Text,
        };
    }

    // A type of an extension has the schema in front of its name where that is not on the search path.
    static bool IsNamed(string name, string type) =>
        name == type || (name.Length > type.Length && name.EndsWith(type, StringComparison.Ordinal) &&
            name[name.Length - type.Length - 1] == '.');
}
