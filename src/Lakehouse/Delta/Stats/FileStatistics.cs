using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Delta.Stats;

/// <summary>What the log says about a file's columns, by which readers pass over files: counts, and bounds that every
/// value lies between. A bound that cannot be written is left out, never bent.</summary>
static class FileStatistics
{
    /// <summary>Columns that have statistics where the table does not say otherwise.</summary>
    public const int IndexedColumnsDefault = 32;

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON text of <c>add.stats</c> for the first <paramref name="indexedColumns"/> columns; -1 for
    /// all.</summary>
    public static string ToJson(
        long rowCount,
        ImmutableArray<ColumnSchema> columns,
        ImmutableArray<ColumnStatistics> statistics,
        int indexedColumns)
    {
        var count = indexedColumns < 0 ? columns.Length : Math.Min(indexedColumns, columns.Length);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("numRecords"u8, rowCount);
            WriteBounds(json, "minValues", isUpper: false);
            WriteBounds(json, "maxValues", isUpper: true);
            json.WriteStartObject("nullCount"u8);
            for (var i = 0; i < count; i++)
                json.WriteNumber(columns[i].Name, statistics[i].NullCount);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);

        void WriteBounds(Utf8JsonWriter json, string name, bool isUpper)
        {
            json.WriteStartObject(name);
            for (var i = 0; i < count; i++)
            {
                var bound = isUpper ? statistics[i].Max : statistics[i].Min;
                if (bound is { } value && Literal(columns[i], value, isUpper) is { } literal)
                {
                    json.WritePropertyName(columns[i].Name);
                    json.WriteRawValue(literal);
                }
            }
            json.WriteEndObject();
        }
    }

    /// <summary>A bound as a JSON value; null for types without an order in the log, and for what JSON cannot
    /// say.</summary>
    static string? Literal(ColumnSchema column, in StatisticsValue value, bool isUpper) => column.Type switch
    {
        ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64 => ValueText.Decimal(value.Integer, scale: 0),
        ColumnType.Decimal => ValueText.Decimal(value.Integer, column.Scale),
        ColumnType.Float32 when double.IsFinite(value.Number) => ValueText.Single((float)value.Number),
        ColumnType.Float64 when double.IsFinite(value.Number) => ValueText.Double(value.Number),
        ColumnType.Date => Quoted(ValueText.Date((long)value.Integer)),
        ColumnType.Timestamp => Quoted(isUpper
            ? ValueText.TimestampCeiling((long)value.Integer)
            : ValueText.TimestampFloor((long)value.Integer)),
        ColumnType.String => Quoted(isUpper
            ? StringBounds.Upper(value.Bytes.Span)
            : StringBounds.Lower(value.Bytes.Span)),
        _ => null,
    };

    static string? Quoted(string? text) => text is null
        ? null
        : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}
