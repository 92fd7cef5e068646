using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>Writes a field of a default connector's record as a connector with other settings does: its schema and its
/// values.</summary>
/// <param name="options">The settings.</param>
/// <param name="isNullUnchanged">Whether every null of an update stands for a value that did not change.</param>
sealed class FieldRewrite(ConnectorOptions options, bool isNullUnchanged)
{
    const string Decimal = "org.apache.kafka.connect.data.Decimal";
    const string VariableDecimal = "io.debezium.data.VariableScaleDecimal";
    const string Json = "io.debezium.data.Json";
    const long MicrosecondsOfMillisecond = 1000;

    readonly UnchangedSpelling _unchanged = new(options);

    /// <summary>The schema of the field. <paramref name="type"/> is what the database calls its type.</summary>
    public JsonObject Schema(JsonObject field, string type)
    {
        var name = Name(field);
        return name switch
        {
            Decimal or VariableDecimal when options.Decimals == "string" => Plain(field, type, "string"),
            Decimal or VariableDecimal when options.Decimals == "double" => Plain(field, type, "double"),
            Json when IsMap(type) => With(Plain(field, type, "map"), map =>
            {
                map["keys"] = new JsonObject { ["type"] = "string", ["optional"] = false };
                map["values"] = new JsonObject { ["type"] = "string", ["optional"] = true };
            }),
            "io.debezium.time.MicroDuration" when options.Intervals == "string" =>
                Named(field, type, "string", "io.debezium.time.Interval"),
            _ when TimeSpelling.Target(name, options.Times) is { } target =>
                Named(field, type, target.Type, target.Name),
            "" when Kind(field) == "bytes" && options.Binary != "bytes" => Plain(field, type, "string"),
            "" when Kind(field) == "array" => With(Copy(field), array =>
                array["items"] = Schema(field["items"]!.AsObject(), Element(type))),
            _ => Copy(field),
        };
    }

    /// <summary>A value of the field. <paramref name="mayLeaveOut"/> says whether it may stand for one that did not
    /// change.</summary>
    public JsonNode? Value(JsonObject field, string type, JsonNode? value, bool mayLeaveOut)
    {
        if (mayLeaveOut && UnchangedSpelling.IsUnchanged(value))
            return _unchanged.Of(field, type, value!);
        if (value is null)
        {
            return mayLeaveOut && isNullUnchanged && Name(field) == VariableDecimal && options.Decimals == "string"
                ? _unchanged.Word
                : null;
        }
        var name = Name(field);
        return name switch
        {
            Decimal => DecimalOf(value, field["parameters"]!["scale"]!.GetValue<string>()),
            VariableDecimal when options.Decimals != "precise" =>
                DecimalOf(value["value"]!, $"{value["scale"]}"),
            Json when IsMap(type) => JsonNode.Parse(value.GetValue<string>()),
            "io.debezium.time.MicroDuration" when options.Intervals == "string" =>
                IntervalSpelling.Iso(value.GetValue<long>()),
            _ when TimeSpelling.Target(name, options.Times) is not null =>
                TimeSpelling.Value(name, options.Times, value.GetValue<long>()),
            "" when Kind(field) == "bytes" => BytesOf(value.GetValue<string>()),
            "" when Kind(field) == "array" => new JsonArray(
                [.. value.AsArray().Select(item => Value(field["items"]!.AsObject(), Element(type), item, false))]),
            _ => value.DeepClone(),
        };
    }

    static string Name(JsonObject field) => field["name"]?.GetValue<string>() ?? "";

    static string Kind(JsonObject field) => field["type"]!.GetValue<string>();

    static string Element(string type) => type.EndsWith("[]", StringComparison.Ordinal) ? type[..^2] : "";

    bool IsMap(string type) => type == "hstore" && options.Hstores == "map";

    JsonNode? DecimalOf(JsonNode bytes, string scale)
    {
        var unscaled = new BigInteger(Convert.FromBase64String(bytes.GetValue<string>()), isBigEndian: true);
        var plain = PlainDecimal(unscaled, int.Parse(scale, CultureInfo.InvariantCulture));
        return options.Decimals switch
        {
            "string" => JsonValue.Create(plain),
            "double" => JavaDouble.Json(double.Parse(plain, CultureInfo.InvariantCulture)),
            _ => bytes.DeepClone(),
        };
    }

    JsonValue BytesOf(string base64) => JsonValue.Create(options.Binary switch
    {
        "hex" => Convert.ToHexStringLower(Convert.FromBase64String(base64)),
        "base64-url-safe" => base64.Replace('+', '-').Replace('/', '_'),
        _ => base64,
    });

    static string PlainDecimal(BigInteger unscaled, int scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var point = digits.Length - scale;
        return $"{(unscaled.Sign < 0 ? "-" : "")}{digits[..point]}{(scale > 0 ? "." : "")}{digits[point..]}";
    }

    // A type that has another meaning has nothing left of the old one's parameters.
    JsonObject Plain(JsonObject field, string type, string kind) => With(Copy(field), plain =>
    {
        plain["type"] = kind;
        foreach (var gone in (string[])["name", "version", "parameters", "fields", "doc"])
            plain.Remove(gone);
        WriteDefault(field, type, plain);
    });

    JsonObject Named(JsonObject field, string type, string kind, string name) => With(Copy(field), named =>
    {
        (named["type"], named["name"]) = (kind, name);
        WriteDefault(field, type, named);
    });

    void WriteDefault(JsonObject field, string type, JsonObject rewritten)
    {
        if (field["default"] is { } value)
            rewritten["default"] = Value(field, type, value, mayLeaveOut: false);
    }

    static JsonObject Copy(JsonObject field) => field.DeepClone().AsObject();

    static JsonObject With(JsonObject schema, Action<JsonObject> change)
    {
        change(schema);
        return schema;
    }

    /// <summary>Times of day and timestamps in microseconds, as a default connector's schema names them.</summary>
    public static long Microseconds(string name, long value) =>
        name is "io.debezium.time.Time" or "io.debezium.time.Timestamp" ? value * MicrosecondsOfMillisecond : value;
}
