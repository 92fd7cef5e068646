using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Sql;

/// <summary>One JSON object a line, exact: integers are numbers up to 2^53, beyond it strings, as decimals always are;
/// floats are numbers but for NaN and the infinities; nested values and JSON columns are JSON; the rest is DuckDB's
/// text.</summary>
sealed class JsonLinesFormat(TextWriter output) : ISqlWriter
{
    static readonly Int128 ExactMax = 1L << 53;
    readonly ArrayBufferWriter<byte> _line = new();
    ImmutableArray<(JsonEncodedText Name, DuckDbType Type)> _columns = [];

    public bool NestedAsJson => true;

    public void Begin(ImmutableArray<DuckDbColumn> columns) =>
        _columns = [.. columns.Select(static column =>
            (JsonEncodedText.Encode(column.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping), column.Type))];

    public void Row(ReadOnlySpan<string?> values)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, new JsonWriterOptions
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            json.WriteStartObject();
            for (var i = 0; i < values.Length; i++)
            {
                json.WritePropertyName(_columns[i].Name);
                if (values[i] is { } value)
                    WriteValue(json, value, _columns[i].Type);
                else
                    json.WriteNullValue();
            }
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetString(_line.WrittenSpan));
        output.Write('\n');
    }

    public void End()
    {
    }

    internal static void WriteValue(Utf8JsonWriter json, string value, DuckDbType type)
    {
        switch (type.Kind)
        {
            case DuckDbTypeKind.Boolean:
                json.WriteBooleanValue(value == "true");
                break;
            case >= DuckDbTypeKind.TinyInt and <= DuckDbTypeKind.UBigInt or DuckDbTypeKind.HugeInt when IsExact(value):
                json.WriteRawValue(value);
                break;
            case DuckDbTypeKind.Float or DuckDbTypeKind.Double when char.IsAsciiDigit(value[^1]):
                json.WriteRawValue(value);
                break;
            case DuckDbTypeKind.Varchar when type.Alias == "JSON":
                json.WriteRawValue(value);
                break;
            default:
                if (SqlRunner.IsNested(type))
                    json.WriteRawValue(value);
                else
                    json.WriteStringValue(value);
                break;
        }
    }

    static bool IsExact(string digits) =>
        Int128.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        && value >= -ExactMax && value <= ExactMax;
}
