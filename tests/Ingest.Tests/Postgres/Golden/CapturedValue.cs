using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tapline.Ingest.Tests.Postgres.Golden;

/// <summary>Turns a value of the default run back into text that PostgreSQL reads, by its inline schema.</summary>
static class CapturedValue
{
    const long MonthMicros = 2_629_800_000_000;

    /// <summary>The text of a value; null for null.</summary>
    /// <param name="value">The JSON.</param>
    /// <param name="schema">Its field in the inline schema.</param>
    /// <param name="type">The column's type, which tells hstore from JSON.</param>
    public static string? Text(JsonNode? value, JsonNode schema, string type)
    {
        if (value is null)
            return null;
        return (string?)schema["name"] switch
        {
            "org.apache.kafka.connect.data.Decimal" =>
                Decimal((string)value!, int.Parse((string)schema["parameters"]!["scale"]!)),
            "io.debezium.data.VariableScaleDecimal" => Decimal((string)value["value"]!, (int)value["scale"]!),
            "io.debezium.time.Date" => new DateOnly(1970, 1, 1).AddDays((int)value).ToString("O"),
            "io.debezium.time.Timestamp" => Timestamp((long)value * 1_000),
            "io.debezium.time.MicroTimestamp" => Timestamp((long)value),
            "io.debezium.time.MicroDuration" =>
                $"{(long)value / MonthMicros} mons {(long)value % MonthMicros} microseconds",
            "io.debezium.data.geometry.Point" => $"({value["x"]},{value["y"]})",
            "io.debezium.data.Bits" => Bits(Convert.FromBase64String((string)value!)),
            "io.debezium.data.Json" when type.StartsWith("hstore", StringComparison.Ordinal) => Hstore((string)value!),
            _ => (string)schema["type"]! switch
            {
                "bytes" => $"\\x{Convert.ToHexStringLower(Convert.FromBase64String((string)value!))}",
                "array" => Array(value.AsArray(), schema["items"]!, type),
                _ => value.GetValueKind() == JsonValueKind.String ? (string)value! : value.ToJsonString(),
            },
        };
    }

    static string Decimal(string base64, int scale)
    {
        var unscaled = new BigInteger(Convert.FromBase64String(base64), isBigEndian: true);
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var point = digits.Length - scale;
        return $"{(unscaled.Sign < 0 ? "-" : "")}{digits[..point]}{(scale > 0 ? "." : "")}{digits[point..]}";
    }

    static string Timestamp(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    static string Bits(byte[] bytes) => string.Concat(bytes.Reverse().Select(static b => b.ToString("b8")));

    static string Hstore(string json) => string.Join(", ", JsonNode.Parse(json)!.AsObject().Select(static pair =>
        $"{Quote(pair.Key)}=>{(pair.Value is null ? "NULL" : Quote((string)pair.Value!))}"));

    static string Array(JsonArray items, JsonNode schema, string type) =>
        $"{{{string.Join(',', items.Select(item => Text(item, schema, type) is { } text ? Quote(text) : "NULL"))}}}";

    static string Quote(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
