using System.Globalization;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Partition values, which the log has as text, as literals of SQL.</summary>
static class PartitionText
{
    const NumberStyles Integer = NumberStyles.AllowLeadingSign;
    const NumberStyles Fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint
        | NumberStyles.AllowExponent;

    /// <summary>The literal of a text; null when the text is no value of the type. An empty text stands for null in
    /// every type (https://github.com/delta-io/delta/blob/master/PROTOCOL.md).</summary>
    public static string? Literal(DeltaType type, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "NULL";
        return type switch
        {
            DeltaType.Primitive primitive => Primitive(primitive, text),
            DeltaType.Other { Name: "byte" } => Whole(text, sbyte.MinValue, sbyte.MaxValue),
            DeltaType.Other { Name: "timestamp_ntz" } => CivilTime.Microseconds(text) is { } time
                ? $"make_timestamp({time})"
                : null,
            _ => null,
        };
    }

    static string? Primitive(DeltaType.Primitive type, string text) => type.Type switch
    {
        ColumnType.Boolean => bool.TryParse(text, out var value) ? (value ? "true" : "false") : null,
        ColumnType.Int16 => Whole(text, short.MinValue, short.MaxValue),
        ColumnType.Int32 => Whole(text, int.MinValue, int.MaxValue),
        ColumnType.Int64 => Whole(text, long.MinValue, long.MaxValue),
        ColumnType.Float32 or ColumnType.Float64 => Floating(text),
        ColumnType.Decimal => Decimal(text) is { } number ? $"{number}::DECIMAL({type.Precision},{type.Scale})" : null,
        ColumnType.String => SqlText.Literal(text),
        ColumnType.Binary => $"from_hex('{System.Convert.ToHexString(Encoding.UTF8.GetBytes(text))}')",
        ColumnType.Date => Date(text),
        ColumnType.Timestamp => CivilTime.Microseconds(text) is { } time ? $"make_timestamptz({time})" : null,
        _ => null,
    };

    static string? Whole(string text, long min, long max) =>
        long.TryParse(text, Integer, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value.ToString(CultureInfo.InvariantCulture)
            : null;

    static string? Floating(string text) => text switch
    {
        "NaN" => "'NaN'::DOUBLE",
        "Infinity" or "+Infinity" or "Inf" or "+Inf" => "'Infinity'::DOUBLE",
        "-Infinity" or "-Inf" => "'-Infinity'::DOUBLE",
        _ => double.TryParse(text, Fraction, CultureInfo.InvariantCulture, out _)
            ? $"'{text}'::DOUBLE"
            : null,
    };

    // Some writers use an exponent, which SQL would read as a floating number.
    static string? Decimal(string text) =>
        double.TryParse(text, Fraction, CultureInfo.InvariantCulture, out _) ? $"'{text}'" : null;

    // A date may have a time behind it: columns of times have been made columns of dates.
    static string? Date(string text) => CivilTime.Days(text.AsSpan(0, DateEnd(text))) is { } days
        ? $"'1970-01-01'::DATE + {days}::INTEGER"
        : null;

    static int DateEnd(string text) => text.AsSpan().IndexOfAny('T', ' ') is var end and >= 0 ? end : text.Length;
}
