using System.Collections.Immutable;
using System.Text.Json;

namespace Tapline.Streaming.Schemas;

/// <summary>A Kafka Connect schema as a record carries it: a type, the name of its meaning, and what it is made
/// of.</summary>
/// <param name="Type"><c>int32</c>, <c>string</c>, <c>struct</c>, …</param>
/// <param name="Name">The semantic type's name; empty without one.</param>
/// <param name="Field">The name of the struct's field that it describes; empty elsewhere.</param>
/// <param name="IsOptional">Whether null is allowed.</param>
sealed record ConnectSchema(string Type, string Name, string Field, bool IsOptional)
{
    /// <summary>The fields of a struct, in order.</summary>
    public ImmutableArray<ConnectSchema> Fields { get; private init; } = [];

    /// <summary>The elements of an array.</summary>
    public ConnectSchema? Items { get; private init; }

    /// <summary>The keys of a map.</summary>
    public ConnectSchema? Keys { get; private init; }

    /// <summary>What the semantic type leaves open: scale, precision, length.</summary>
    public ImmutableDictionary<string, string> Parameters { get; private init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>The field of a struct; null when there is none.</summary>
    public ConnectSchema? Find(string field) => Fields.FirstOrDefault(schema => schema.Field == field);

    /// <summary>A parameter that is a number; null when it is absent or none.</summary>
    public int? Number(string parameter) =>
        Parameters.TryGetValue(parameter, out var text) && int.TryParse(text, out var number) ? number : null;

    /// <summary>Reads the schema that the reader's current token begins. Throws <see cref="JsonException"/> on anything
    /// else.</summary>
    public static ConnectSchema Parse(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"a schema is an object, found {reader.TokenType}");
        var (type, name, field, isOptional) = ("", "", "", false);
        ImmutableArray<ConnectSchema> fields = [];
        ConnectSchema? items = null, keys = null;
        var parameters = ImmutableDictionary<string, string>.Empty;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var property = reader.GetString();
            reader.Read();
            switch (property)
            {
                case "type":
                    type = Text(ref reader, property);
                    break;
                case "name" when reader.TokenType != JsonTokenType.Null:
                    name = Text(ref reader, property);
                    break;
                case "field":
                    field = Text(ref reader, property);
                    break;
                case "optional":
                    isOptional = reader.TokenType == JsonTokenType.True;
                    break;
                case "fields":
                    fields = ParseFields(ref reader);
                    break;
                case "items":
                    items = Parse(ref reader);
                    break;
                case "keys":
                    keys = Parse(ref reader);
                    break;
                case "parameters" when reader.TokenType == JsonTokenType.StartObject:
                    parameters = ParseParameters(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return type.Length == 0
            ? throw new JsonException("a schema without a type")
            : new ConnectSchema(type, name, field, isOptional)
            {
                Fields = fields,
                Items = items,
                Keys = keys,
                Parameters = parameters,
            };
    }

    static ImmutableArray<ConnectSchema> ParseFields(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"the fields of a schema are an array, found {reader.TokenType}");
        var fields = ImmutableArray.CreateBuilder<ConnectSchema>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            fields.Add(Parse(ref reader));
        return fields.ToImmutable();
    }

    static ImmutableDictionary<string, string> ParseParameters(ref Utf8JsonReader reader)
    {
        var parameters = ImmutableDictionary.CreateBuilder<string, string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
                parameters[name] = reader.GetString()!;
            else
                reader.Skip();
        }
        return parameters.ToImmutable();
    }

    static string Text(ref Utf8JsonReader reader, string property) => reader.TokenType == JsonTokenType.String
        ? reader.GetString()!
        : throw new JsonException($"a schema's {property} is a string, found {reader.TokenType}");
}
