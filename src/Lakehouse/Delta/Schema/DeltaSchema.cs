using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Delta.Schema;

/// <summary>A table's columns as its log declares them, foreign types included.</summary>
public sealed record DeltaSchema(ImmutableArray<DeltaField> Fields)
{
    static readonly SearchValues<char> Forbidden = SearchValues.Create(" ,;{}()\n\t=");

    /// <summary>The fields as columns of the lake, without those of foreign types.</summary>
    public ImmutableArray<ColumnSchema> Columns { get; } =
        [.. Fields.Select(static field => field.Column).OfType<ColumnSchema>()];

    /// <summary>The schema of our own columns. Throws <see cref="ArgumentException"/> for names that a table without
    /// column mapping cannot have, and for names that differ in case only.</summary>
    public static DeltaSchema Of(IEnumerable<ColumnSchema> columns)
    {
        var schema = new DeltaSchema([.. columns.Select(DeltaField.Of)]);
        schema.CheckNames();
        return schema;
    }

    /// <summary>Reads a <c>schemaString</c>; <paramref name="file"/> is named in errors.</summary>
    public static DeltaSchema Parse(string json, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return SchemaJson.Type(document.RootElement, file) is DeltaType.Struct root
                ? new DeltaSchema(root.Fields)
                : throw new DeltaFormatException(file, "a schema of type struct with fields", "another type");
        }
        catch (JsonException e)
        {
            throw new DeltaFormatException(file, "a schema as a JSON object", e.Message, e);
        }
    }

    /// <summary>The schema as a <c>schemaString</c>.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            SchemaJson.Write(json, new DeltaType.Struct(Fields));
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>This schema with the columns that it lacks put at its end; null when a column is there with another
    /// type. Where <paramref name="replaces"/>, columns that are there take on the type and notes given for them.
    /// Throws <see cref="ArgumentException"/> for names that a table cannot have; one with column mapping can have
    /// any.</summary>
    public DeltaSchema? With(IEnumerable<ColumnSchema> columns, bool replaces = false, bool isMapped = false)
    {
        var fields = Fields.ToBuilder();
        foreach (var wanted in columns)
        {
            var at = -1;
            for (var i = 0; i < fields.Count && at < 0; i++)
                at = string.Equals(fields[i].Name, wanted.Name, StringComparison.OrdinalIgnoreCase) ? i : -1;
            var added = DeltaField.Of(wanted);
            if (at < 0)
                fields.Add(added);
            else if (fields[at].Name != wanted.Name || (fields[at].Type != added.Type && !replaces))
                return null;
            else if (replaces && fields[at].Column != wanted)
                fields[at] = fields[at].As(wanted);
        }
        var schema = new DeltaSchema(fields.ToImmutable());
        if (schema.Equals(this))
            return this;
        schema.CheckNames(isMapped);
        return schema;
    }

    /// <summary>Whether this schema is <paramref name="before"/> and perhaps further nullable columns at its
    /// end.</summary>
    public bool OnlyAddsTo(DeltaSchema before) =>
        Fields.Length >= before.Fields.Length
        && Fields.AsSpan()[..before.Fields.Length].SequenceEqual(before.Fields.AsSpan())
        && Fields.Skip(before.Fields.Length).All(static field => field.Nullable);

    /// <inheritdoc/>
    public bool Equals(DeltaSchema? other) => other is not null && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Length == 0 ? 0 : HashCode.Combine(Fields.Length, Fields[0]);

    void CheckNames(bool isMapped = false)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in Fields)
        {
            if (field.Name.Length == 0 || (!isMapped && field.Name.AsSpan().ContainsAny(Forbidden)))
            {
                throw new ArgumentException(
                    $"a lake column's name has no space, tab, line feed and none of ,;{{}}()=, found \"{field.Name}\"");
            }
            if (!names.Add(field.Name))
                throw new ArgumentException($"two lake columns have the name \"{field.Name}\", whatever the case");
        }
    }
}
