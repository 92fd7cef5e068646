using System.Text.Json;

namespace Tapline.Cli.Topics;

/// <summary>A change event as JSON, however a connector wraps it.</summary>
static class JsonText
{
    static readonly string[] RowFields = ["after", "before"];

    /// <summary>Parses a key or value; false for nothing and for what is no JSON.</summary>
    public static bool TryParse(byte[]? text, out JsonDocument? document)
    {
        document = null;
        if (text is null)
            return false;
        try
        {
            document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false; // Whatever it is, it says nothing of columns.
        }
    }

    /// <summary>Whether a document carries its schema.</summary>
    public static bool HasSchema(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("schema", out var schema)
        && schema.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("payload", out _);

    /// <summary>The document without its schema.</summary>
    public static JsonElement Payload(JsonElement root) => HasSchema(root) ? root.GetProperty("payload") : root;

    /// <summary>Whether a payload is Debezium's envelope.</summary>
    public static bool IsEnvelope(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object
        && payload.TryGetProperty("op", out _)
        && payload.TryGetProperty("source", out _);

    /// <summary>The row's fields: those after the change, else those before it.</summary>
    public static IEnumerable<JsonProperty> Row(JsonElement payload)
    {
        if (!IsEnvelope(payload))
        {
            return payload.EnumerateObject()
                .Where(static field => !field.Name.StartsWith("__", StringComparison.Ordinal));
        }
        foreach (var name in RowFields)
        {
            if (payload.TryGetProperty(name, out var row) && row.ValueKind == JsonValueKind.Object)
                return row.EnumerateObject();
        }
        return [];
    }
}
