using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Schemas;

/// <summary>A table's schema out of one record that carries it: <c>{"schema":…,"payload":…}</c>.</summary>
static class InlineSchema
{
    const string KnownPrefix = "__";

    static readonly string[] AddedNames =
    [
        "op", "deleted", "lsn", "txId", "ts_ms", "table", "schema", "db", "source_lsn", "source_ts_ms", "source_ts_us",
        "source_ts_ns", "source_sequence", "source_snapshot", "source_txId", "source_table", "source_schema",
    ];

    /// <summary>Whether a key or value begins with its schema.</summary>
    public static bool IsCarriedBy(ReadOnlySpan<byte> record) => record.StartsWith("{\"schema\":"u8);

    /// <summary>Where the payload of a key or value begins that carries its schema; reads the schema on the way.
    /// Null for a schema that is null. Throws <see cref="JsonException"/> on anything else.</summary>
    public static ConnectSchema? Parse(ReadOnlySpan<byte> record, out int payloadStart)
    {
        var reader = new Utf8JsonReader(record);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || !reader.ValueTextEquals("schema"u8))
            throw new JsonException("the first field is not schema");
        reader.Read();
        var schema = reader.TokenType == JsonTokenType.Null ? null : ConnectSchema.Parse(ref reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("payload"u8))
            throw new JsonException("the schema is not followed by payload");
        reader.Read();
        payloadStart = (int)reader.TokenStartIndex;
        return schema;
    }

    /// <summary>The table that the records of a schema are changes of; null when they are no changes of a table
    /// (heartbeats, logical messages, transaction markers).</summary>
    /// <param name="value">The value's schema.</param>
    /// <param name="key">The names of the key's columns in their order.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="declared">What somebody announced for the topic; null when nobody did.</param>
    public static TableSchema? Table(
        ConnectSchema value, ImmutableArray<string> key, TableId table, TableSchema? declared)
    {
        var format = declared?.Format ?? WireFormat.DebeziumDefault;
        var isEnvelope = value.Find("source") is { Type: "struct" } && value.Find("op") is { Type: "string" };
        var row = isEnvelope ? value.Find("after") ?? value.Find("before") : value;
        if (row is null || IsNoRow(row))
            return null;
        if (row.Type != "struct")
            throw new JsonException($"a row is a struct, found {row.Type}");
        var columns = row.Fields.AsEnumerable();
        if (isEnvelope)
            format = format with { Form = EventForm.Any, Writer = EventWriter.Debezium };
        else
        {
            var prefix = AddedPrefix(row, format.AddedPrefix);
            format = format with { Form = EventForm.Flattened, Writer = EventWriter.Debezium, AddedPrefix = prefix };
            columns = columns.Where(field => !IsAdded(field.Field, prefix));
        }
        var schema = new TableSchema(
            table,
            1,
            [
                .. columns.Select(field => ConnectColumns.Of(
                    field,
                    key.IndexOf(field.Field),
                    declared?.Columns.FirstOrDefault(column => column.Name == field.Field),
                    format)),
            ],
            format);
        var missing = key.FirstOrDefault(name => schema.IndexOf(name) < 0);
        return missing is null ? schema : throw new JsonException($"the key's field {missing} is no column");
    }

    /// <summary>The names of a key's fields in their order; empty without a key.</summary>
    public static ImmutableArray<string> KeyColumns(ReadOnlySpan<byte> key, bool isNull)
    {
        if (isNull)
            return [];
        if (IsCarriedBy(key))
            return Parse(key, out _) is { } schema ? [.. schema.Fields.Select(static field => field.Field)] : [];
        var reader = new Utf8JsonReader(key);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return [];
        var names = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Read();
            reader.Skip();
        }
        return names.ToImmutable();
    }

    /// <summary>The true name of the table, which topics spell with replacements: from the event's <c>source</c>, else
    /// from what a flattened event says of it. Null when the payload does not say.</summary>
    public static TableId? TableOf(ReadOnlySpan<byte> payload)
    {
        string? schema = null, table = null;
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSource = reader.ValueTextEquals("source"u8);
            var isTable = reader.ValueTextEquals("__source_table"u8) || reader.ValueTextEquals("__table"u8);
            var isSchema = reader.ValueTextEquals("__source_schema"u8) || reader.ValueTextEquals("__schema"u8);
            reader.Read();
            if (isSource && reader.TokenType == JsonTokenType.StartObject)
                (schema, table) = SourceNames(ref reader);
            else if (isTable && reader.TokenType == JsonTokenType.String)
                table = reader.GetString();
            else if (isSchema && reader.TokenType == JsonTokenType.String)
                schema = reader.GetString();
            else
                reader.Skip();
            if (isSource)
                break;
        }
        return string.IsNullOrEmpty(schema) || string.IsNullOrEmpty(table)
            ? null
            : new TableId(Repaired(schema), Repaired(table));
    }

    static (string? Schema, string? Table) SourceNames(ref Utf8JsonReader reader)
    {
        string? schema = null, table = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isSchema, isTable) = (reader.ValueTextEquals("schema"u8), reader.ValueTextEquals("table"u8));
            reader.Read();
            if (isSchema && reader.TokenType == JsonTokenType.String)
                schema = reader.GetString();
            else if (isTable && reader.TokenType == JsonTokenType.String)
                table = reader.GetString();
            else
                reader.Skip();
        }
        return (schema, table);
    }

    // Versions before 3 write each byte of a streamed name's UTF-8 as a character of its own, sign and all.
    static string Repaired(string name)
    {
        if (!name.Any(static c => c >= '\uFF80') || name.Any(static c => c is >= '\u0080' and < '\uFF80'))
            return name;
        byte[] bytes = [.. name.Select(static c => unchecked((byte)c))];
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : name;
    }

    // A heartbeat has one field, a transaction marker and a logical message have theirs.
    static bool IsNoRow(ConnectSchema row) =>
        row.Fields is [{ Field: "ts_ms" }]
        || (row.Find("event_count") is not null && row.Find("data_collections") is not null)
        || row.Name.EndsWith(".MessageValue", StringComparison.Ordinal);

    static bool IsAdded(string field, string prefix) => field == "__deleted"
        || (prefix.Length > 0 && field.StartsWith(prefix, StringComparison.Ordinal));

    // Another prefix than the known one shows in two fields at least that have one of the usual names behind it.
    static string AddedPrefix(ConnectSchema row, string known)
    {
        if (known.Length == 0 || row.Fields.Any(field => field.Field != "__deleted" && IsAdded(field.Field, known)))
            return known;
        return row.Fields
            .SelectMany(static field => AddedNames
                .Where(name => field.Field.Length > name.Length + 1)
                .Where(name => field.Field.EndsWith(name, StringComparison.Ordinal))
                .Select(name => field.Field[..^name.Length]))
            .Where(static prefix => !char.IsAsciiLetterOrDigit(prefix[^1]) && prefix != KnownPrefix)
            .GroupBy(static prefix => prefix, StringComparer.Ordinal)
            .Where(static group => group.Count() > 1)
            .Select(static group => group.Key)
            .FirstOrDefault(known);
    }
}
