using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Log;

/// <summary>One version of a table's schema as a record of the schema topic. A source appends it, and waits for the
/// acknowledgement, before the first data record that is written under it.</summary>
public static class SchemaRecord
{
    /// <summary>The record's key: <c>{"schema":"app","table":"accounts","version":3}</c>.</summary>
    public static byte[] Key(TableSchema schema) => JsonSerializer.SerializeToUtf8Bytes(
        new SchemaKeyJson(schema.Table.Schema, schema.Table.Name, schema.Version), LogJson.Default.SchemaKeyJson);

    /// <summary>The record's value.</summary>
    public static byte[] Value(TableSchema schema) => JsonSerializer.SerializeToUtf8Bytes(
        new SchemaJson(
            schema.Table.Schema,
            schema.Table.Name,
            schema.Version,
            [.. schema.Columns.Select(static c => new ColumnJson(
                c.Name,
                c.SourceType,
                c.Nullable,
                c.KeyOrdinal,
                c.Format is null ? null : Json(c.Format),
                c.Missing))],
            Json(schema.Format)),
        LogJson.Default.SchemaJson);

    /// <summary>Reads a record's value. Throws <see cref="JsonException"/> on anything else.</summary>
    public static TableSchema Parse(ReadOnlySpan<byte> value)
    {
        var json = JsonSerializer.Deserialize(value, LogJson.Default.SchemaJson)
            ?? throw new JsonException("a schema record is null");
        return new TableSchema(
            new TableId(json.Schema, json.Table),
            json.Version,
            [.. json.Columns.Select(static c => PostgresTypes.Column(c.Name, c.Type, c.Nullable, c.Key) with
            {
                Format = c.Format is null ? null : Format(c.Format),
                Missing = c.Missing,
            })],
            Format(json.Format));
    }

    static FormatJson Json(WireFormat format) => new(
        format.Decimals,
        format.Times,
        format.Binary,
        format.UnavailablePlaceholder,
        format.Intervals,
        format.Hstores,
        format.Writer,
        format.Form,
        format.AddedPrefix);

    static WireFormat Format(FormatJson json) => new(json.Decimals, json.Times, json.Binary)
    {
        Intervals = json.Intervals,
        Hstores = json.Hstores,
        UnavailablePlaceholder = json.Unavailable,
        Writer = json.Writer,
        Form = json.Form,
        AddedPrefix = json.AddedPrefix,
    };
}

sealed record SchemaKeyJson(string Schema, string Table, int Version);

sealed record SchemaJson(
    string Schema, string Table, int Version, ImmutableArray<ColumnJson> Columns, FormatJson Format);

// What has a default came later: records from before lack it.
sealed record ColumnJson(
    string Name, string Type, bool Nullable, int Key, FormatJson? Format = null, string? Missing = null);

sealed record FormatJson(
    DecimalMode Decimals,
    TimeMode Times,
    BinaryMode Binary,
    string Unavailable,
    IntervalMode Intervals = IntervalMode.String,
    HstoreMode Hstores = HstoreMode.Json,
    EventWriter Writer = EventWriter.Tapline,
    EventForm Form = EventForm.Any,
    string AddedPrefix = "__");

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SchemaKeyJson))]
[JsonSerializable(typeof(SchemaJson))]
sealed partial class LogJson : JsonSerializerContext;
