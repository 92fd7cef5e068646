using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Delta.Schema;

/// <summary>One column of a Delta schema.</summary>
/// <param name="Name">Its name, unique whatever the case of letters.</param>
/// <param name="Type">Its type.</param>
/// <param name="Nullable">Whether rows may lack it.</param>
/// <param name="MetadataJson">The writer's notes, a JSON object as text.</param>
public sealed record DeltaField(string Name, DeltaType Type, bool Nullable, string MetadataJson)
{
    /// <summary>Notes of ours, which carry over what the source declares.</summary>
    const string SourceType = "tapline.sourceType";
    const string KeyOrdinal = "tapline.keyOrdinal";
    const string NotNull = "tapline.notNull";
    const string SourceName = "tapline.sourceName";
    const string Retired = "tapline.retired";
    const string Missing = "tapline.missing";

    const string OwnPrefix = "tapline.";
    const string MappingIdNote = "delta.columnMapping.id";
    const string PhysicalNameNote = "delta.columnMapping.physicalName";

    /// <summary>The field as a column of the lake; null when its type is foreign.</summary>
    public ColumnSchema? Column
    {
        get
        {
            if (Type is not DeltaType.Primitive type)
                return null;
            using var metadata = JsonDocument.Parse(MetadataJson);
            var notes = metadata.RootElement;
            return new ColumnSchema(Name, type.Type, Nullable && !IsTrue(notes, NotNull))
            {
                Precision = type.Precision,
                Scale = type.Scale,
                SourceType = Text(notes, SourceType) ?? "",
                KeyOrdinal = Number(notes, KeyOrdinal) ?? -1,
                SourceName = Text(notes, SourceName),
                IsRetired = IsTrue(notes, Retired),
                Missing = Text(notes, Missing),
            };
        }
    }

    /// <summary>The field's name in files and in the log where columns are mapped; null where it has none.</summary>
    public string? PhysicalName => Note(static notes => Text(notes, PhysicalNameNote));

    /// <summary>The field's id in files where columns are mapped; null where it has none.</summary>
    public int? MappingId => Note(static notes => Number(notes, MappingIdNote));

    /// <summary>Whether files may hold the field, or what is inside it, in an earlier and narrower type.</summary>
    public bool HasTypeChanges => MetadataJson.Contains("\"delta.typeChanges\"", StringComparison.Ordinal);

    /// <summary>The field of one of our columns: always nullable for readers, since a change may lack any
    /// value.</summary>
    public static DeltaField Of(ColumnSchema column)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (column.SourceType.Length > 0)
                json.WriteString(SourceType, column.SourceType);
            if (column.IsKey)
                json.WriteNumber(KeyOrdinal, column.KeyOrdinal);
            if (!column.Nullable)
                json.WriteBoolean(NotNull, true);
            if (column.SourceName is { } name)
                json.WriteString(SourceName, name);
            if (column.IsRetired)
                json.WriteBoolean(Retired, true);
            if (column.Missing is { } missing)
                json.WriteString(Missing, missing);
            json.WriteEndObject();
        }
        var type = new DeltaType.Primitive(column.Type, column.Precision, column.Scale);
        return new DeltaField(column.Name, type, Nullable: true, Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>The field with the name, type and notes of one of our columns. What others have noted stays.</summary>
    public DeltaField As(ColumnSchema column)
    {
        var notes = JsonNode.Parse(MetadataJson)!.AsObject();
        foreach (var (name, _) in notes.ToArray())
        {
            if (name.StartsWith(OwnPrefix, StringComparison.Ordinal))
                notes.Remove(name);
        }
        var field = Of(column);
        foreach (var (name, note) in JsonNode.Parse(field.MetadataJson)!.AsObject())
            notes[name] = note?.DeepClone();
        return field with { Nullable = Nullable, MetadataJson = Text(notes) };
    }

    /// <summary>The field under another name, which in the lake alone is another: its source column stays what it
    /// was.</summary>
    public DeltaField Renamed(string name) => Column is { SourceType.Length: > 0 } column
        ? As(column with { Name = name, SourceName = column.Origin == name ? null : column.Origin })
        : this with { Name = name };

    /// <summary>The field with an id and a name in files.</summary>
    public DeltaField Mapped(int id, string physicalName)
    {
        var notes = JsonNode.Parse(MetadataJson)!.AsObject();
        notes[MappingIdNote] = id;
        notes[PhysicalNameNote] = physicalName;
        return this with { MetadataJson = Text(notes) };
    }

    static string Text(JsonObject notes)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            notes.WriteTo(json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    T? Note<T>(Func<JsonElement, T?> read)
    {
        using var metadata = JsonDocument.Parse(MetadataJson);
        return read(metadata.RootElement);
    }

    static bool IsTrue(JsonElement notes, string name) =>
        notes.TryGetProperty(name, out var note) && note.ValueKind == JsonValueKind.True;

    static string? Text(JsonElement notes, string name) =>
        notes.TryGetProperty(name, out var note) && note.ValueKind == JsonValueKind.String ? note.GetString() : null;

    static int? Number(JsonElement notes, string name) =>
        notes.TryGetProperty(name, out var note)
        && note.ValueKind == JsonValueKind.Number
        && note.TryGetInt32(out var number)
            ? number
            : null;
}
