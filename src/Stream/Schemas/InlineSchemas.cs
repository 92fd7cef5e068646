using System.Text.Json;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;

namespace Tapline.Streaming.Schemas;

/// <summary>The schemas that records carry. One is read once: as long as the records of a topic begin with the same
/// bytes, finding it costs a comparison.</summary>
/// <param name="known">What was announced or declared of a topic's table; it decides what a record leaves
/// open.</param>
sealed class InlineSchemas(Func<string, KnownTable> known)
{
    const int EntriesMax = 64; // A topic's schemas that are remembered at a time.

    readonly Dictionary<string, List<Entry>> _byTopic = new(StringComparer.Ordinal);
    readonly Dictionary<TableId, List<TableSchema>> _versions = [];

    /// <summary>The schema that was read last of a topic whose rows have a key; null when none was.</summary>
    public TableSchema? Newest(string topic) => _byTopic.GetValueOrDefault(topic)?
        .FindLast(static entry => entry.Schema?.KeyColumns.Length > 0)?.Schema;

    /// <summary>The schema of a record whose value begins with it (<see cref="InlineSchema.IsCarriedBy"/>). Null when
    /// the record is no change of a table, or, with the reason, when its schema cannot be understood.</summary>
    public TableSchema? Find(RecordChunk chunk, in RecordSlot slot, out string? reason)
    {
        reason = null;
        var topic = chunk.Partition.Topic;
        var key = chunk.Key(slot);
        var value = chunk.Value(slot);
        if (!_byTopic.TryGetValue(topic, out var entries))
            _byTopic.Add(topic, entries = []);
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (entries[i].Matches(key, slot.KeyLength < 0, value))
                return entries[i].Schema;
        }
        try
        {
            var entry = Read(topic, key, slot.KeyLength < 0, value);
            if (entries.Count == EntriesMax)
                entries.RemoveAt(0);
            entries.Add(entry);
            return entry.Schema;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // What the reader says by itself may quote the record: only our own words name no contents.
            reason = malformed is JsonException { BytePositionInLine: null } ? malformed.Message : "not JSON";
            return null;
        }
    }

    Entry Read(string topic, ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value)
    {
        var schema = InlineSchema.Parse(value, out var payloadStart);
        var keyStart = 0;
        if (!keyIsNull && InlineSchema.IsCarriedBy(key))
            InlineSchema.Parse(key, out keyStart);
        var other = known(topic);
        var table = InlineSchema.TableOf(value[payloadStart..^1])
            ?? (other.Schema.Table.Schema.Length > 0 ? other.Schema.Table : NameOf(topic));
        var found = schema is null
            ? null
            : InlineSchema.Table(
                schema, other.Key ?? InlineSchema.KeyColumns(key, keyIsNull), table, other.Schema);
        return new Entry(
            value[..payloadStart].ToArray(),
            keyIsNull ? null : key[..keyStart].ToArray(),
            found is null ? null : Numbered(found));
    }

    // A schema seen again under other bytes (another default, another list of an enum's values) is the same one.
    TableSchema Numbered(TableSchema schema)
    {
        if (!_versions.TryGetValue(schema.Table, out var versions))
            _versions.Add(schema.Table, versions = []);
        var known = versions.Find(schema.SameShape);
        if (known is null)
            versions.Add(known = schema with { Version = versions.Count + 1 });
        return known;
    }

    // prefix.schema.table
    static TableId NameOf(string topic)
    {
        var words = topic.Split('.');
        return words.Length > 1 ? new TableId(words[^2], words[^1]) : new TableId("", topic);
    }

    /// <summary>What a topic's records begin with, and what that means.</summary>
    /// <param name="ValuePrefix">The value up to its payload.</param>
    /// <param name="KeyPrefix">The key up to its payload; empty for a key without a schema, null for none.</param>
    /// <param name="Schema">The schema; null for what is no change of a table.</param>
    sealed record Entry(byte[] ValuePrefix, byte[]? KeyPrefix, TableSchema? Schema)
    {
        // A truncate has no key: it is of the table whatever its key.
        public bool Matches(ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value) =>
            value.StartsWith(ValuePrefix) && (keyIsNull || (KeyPrefix is not null && key.StartsWith(KeyPrefix)));
    }
}
