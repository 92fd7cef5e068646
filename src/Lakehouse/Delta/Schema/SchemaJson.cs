using System.Text.Json;

namespace Tapline.Lakehouse.Delta.Schema;

/// <summary>Types and fields as the log spells them.</summary>
static class SchemaJson
{
    // Beyond any real schema, and far from what would exhaust the stack.
    const int DepthMax = 60;

    /// <summary>Reads a type; <paramref name="file"/> is named in errors.</summary>
    public static DeltaType Type(JsonElement json, string file, int depth = 0)
    {
        if (depth > DepthMax)
            throw new DeltaFormatException(file, $"a schema of at most {DepthMax} levels", "a deeper one");
        return json.ValueKind switch
        {
            JsonValueKind.String when json.GetString()! is var name =>
                DeltaType.OfName(name) ?? (DeltaType)new DeltaType.Other(name),
            JsonValueKind.Object => Nested(json, file, depth),
            _ => throw new DeltaFormatException(file, "a schema type as a name or an object", Shown(json)),
        };
    }

    /// <summary>Writes a type.</summary>
    public static void Write(Utf8JsonWriter json, DeltaType type)
    {
        switch (type)
        {
            case DeltaType.Primitive primitive:
                json.WriteStringValue(DeltaType.NameOf(primitive.Type, primitive.Precision, primitive.Scale));
                return;
            case DeltaType.Other other:
                json.WriteStringValue(other.Name);
                return;
        }
        json.WriteStartObject();
        switch (type)
        {
            case DeltaType.Struct nested:
                json.WriteString("type"u8, "struct"u8);
                json.WriteStartArray("fields"u8);
                foreach (var field in nested.Fields)
                    Write(json, field);
                json.WriteEndArray();
                break;
            case DeltaType.Array array:
                json.WriteString("type"u8, "array"u8);
                json.WritePropertyName("elementType"u8);
                Write(json, array.Element);
                json.WriteBoolean("containsNull"u8, array.ContainsNull);
                break;
            case DeltaType.Map map:
                json.WriteString("type"u8, "map"u8);
                json.WritePropertyName("keyType"u8);
                Write(json, map.Key);
                json.WritePropertyName("valueType"u8);
                Write(json, map.Value);
                json.WriteBoolean("valueContainsNull"u8, map.ValueContainsNull);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, DeltaField field)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, field.Name);
        json.WritePropertyName("type"u8);
        Write(json, field.Type);
        json.WriteBoolean("nullable"u8, field.Nullable);
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(field.MetadataJson);
        json.WriteEndObject();
    }

    static DeltaType Nested(JsonElement json, string file, int depth)
    {
        switch (json.TryGetProperty("type", out var kind) && kind.ValueKind == JsonValueKind.String
            ? kind.GetString()
            : null)
        {
            case "struct" when json.TryGetProperty("fields", out var fields)
                && fields.ValueKind == JsonValueKind.Array:
                return new DeltaType.Struct(
                    [.. fields.EnumerateArray().Select(field => Field(field, file, depth + 1))]);
            case "array" when json.TryGetProperty("elementType", out var element):
                return new DeltaType.Array(Type(element, file, depth + 1), IsNotFalse(json, "containsNull"));
            case "map" when json.TryGetProperty("keyType", out var key) && json.TryGetProperty("valueType", out var of):
                return new DeltaType.Map(
                    Type(key, file, depth + 1), Type(of, file, depth + 1), IsNotFalse(json, "valueContainsNull"));
            default:
                throw new DeltaFormatException(file, "a schema type: a struct, an array or a map", Shown(json));
        }
    }

    static DeltaField Field(JsonElement field, string file, int depth)
    {
        if (field.ValueKind != JsonValueKind.Object
            || !field.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
            || !field.TryGetProperty("type", out var type))
            throw new DeltaFormatException(file, "a schema field with name and type", Shown(field));
        var metadata = field.TryGetProperty("metadata", out var notes) && notes.ValueKind == JsonValueKind.Object
            ? notes.GetRawText()
            : "{}";
        return new DeltaField(name.GetString()!, Type(type, file, depth), IsNotFalse(field, "nullable"), metadata);
    }

    static bool IsNotFalse(JsonElement json, string name) =>
        !json.TryGetProperty(name, out var flag) || flag.ValueKind != JsonValueKind.False;

    static string Shown(JsonElement json)
    {
        var text = json.GetRawText();
        return text.Length <= 80 ? text : $"{text[..80]}…";
    }
}
