using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>What stands for an unchanged large value, by the column's type and the connector's settings.</summary>
sealed class UnchangedSpelling(ConnectorOptions options)
{
    static readonly byte[] Default = Encoding.UTF8.GetBytes(ConnectorOptions.DefaultPlaceholder);
    static readonly string DefaultBase64 = Convert.ToBase64String(Default);
    static readonly string DefaultUuid = NameUuid(Default);

    readonly byte[] _bytes = options.Placeholder.StartsWith("hex:", StringComparison.Ordinal)
        ? Convert.FromHexString(options.Placeholder["hex:".Length..])
        : Encoding.UTF8.GetBytes(options.Placeholder);

    string Text => Encoding.UTF8.GetString(_bytes);

    string MapText => new JsonObject { [Text] = Text }.ToJsonString(CapturedJson.Options);

    /// <summary>The word alone.</summary>
    public JsonNode Word => JsonValue.Create(Text);

    /// <summary>Whether a value of a default connector stands for one that did not change. Where it writes null nobody
    /// can tell.</summary>
    public static bool IsUnchanged(JsonNode? value) => value switch
    {
        JsonArray { Count: 1 } array => array[0] is JsonValue item && item.TryGetValue<string>(out var text)
            && (text == ConnectorOptions.DefaultPlaceholder || text == DefaultBase64 || text == DefaultUuid),
        JsonArray array => array.Count == Default.Length && array.Select(static item => $"{item}")
            .SequenceEqual(Default.Select(static unit => $"{unit}")),
        JsonValue single when single.TryGetValue<string>(out var text) =>
            text == ConnectorOptions.DefaultPlaceholder || text == DefaultBase64 || text.StartsWith(
                $"{{\"{ConnectorOptions.DefaultPlaceholder}\":", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>What a connector with these settings writes where the default one wrote
    /// <paramref name="value"/>.</summary>
    public JsonNode? Of(JsonObject field, string type, JsonNode value)
    {
        if (value is JsonArray array)
            return OfArray(field["items"]!.AsObject(), array);
        if (type == "hstore")
            return options.Hstores == "map" ? new JsonObject { [Text] = Text } : JsonValue.Create(MapText);
        return field["type"]!.GetValue<string>() == "bytes" ? OfBytes(isArray: false) : JsonValue.Create(Text);
    }

    JsonArray? OfArray(JsonObject items, JsonArray value)
    {
        if (value.Count > 1)
        {
            return items["name"]?.GetValue<string>() == "io.debezium.time.Date"
                && options.Times is "connect" or "isostring"
                    ? null
                    : new JsonArray([.. _bytes.Select(static unit => JsonValue.Create(unchecked((sbyte)unit)))]);
        }
        if (items["type"]!.GetValue<string>() == "bytes")
            return OfBytes(isArray: true) is { } bytes ? [bytes] : null;
        return [items["name"]?.GetValue<string>() == "io.debezium.data.Uuid" ? NameUuid(_bytes) : Text];
    }

    JsonNode? OfBytes(bool isArray) => options.Binary switch
    {
        "bytes" => Convert.ToBase64String(_bytes),
        "hex" when !isArray => Text,
        _ => null,
    };

    static string NameUuid(byte[] name)
    {
#pragma warning disable CA5351 // The format says so.
        var hash = MD5.HashData(name);
#pragma warning restore CA5351
        hash[6] = (byte)((hash[6] & 0x0F) | 0x30);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true).ToString();
    }
}
