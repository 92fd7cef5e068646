using System.Globalization;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Quarantine;
using Tapline.Streaming.Schemas;

namespace Tapline.Streaming.Lanes;

/// <summary>Says under which schema a record is read. A record that has none is no change, or goes to
/// quarantine.</summary>
sealed class RecordSchemas(SchemaRegistry schemas, QuarantineBuffer quarantine)
{
    readonly InlineSchemas _inline = new(schemas.Known);

    /// <summary>The schema of a record; null for what is no change of a table, and for what is in quarantine
    /// now.</summary>
    // A record of our own source names its schema; a foreign one is read under the newest that is known.
    public async ValueTask<TableSchema?> FindAsync(RecordChunk chunk, RecordSlot slot, CancellationToken ct)
    {
        var topic = chunk.Partition.Topic;
        int? version = chunk.TryGetHeader(slot, "tapline.schema"u8, out var header)
            && int.TryParse(header, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        if (version is null && InlineSchema.IsCarriedBy(chunk.Value(slot)))
            return Carried(chunk, slot);
        if (version is null && slot.ValueLength < 0 && _inline.Newest(topic) is { } last)
            return last;
        var schema = Find();
        if (schema is null)
        {
            await schemas.RefreshAsync(ct);
            schema = Find();
        }
        if (schema is null && !SignalRecord.Is(chunk.Value(slot)))
        {
            var known = schemas.Newest(topic) is not null;
            quarantine.Add(topic, known ? QuarantineReason.UnknownSchema : QuarantineReason.UnknownTable,
                known
                    ? $"schema version {version} was never announced"
                    : $"nothing says what the columns of {topic} are: ./tapline discover proposes a declaration",
                chunk,
                slot);
        }
        return schema;

        TableSchema? Find() => version is { } wanted ? schemas.Find(topic, wanted) : schemas.Newest(topic);
    }

    /// <summary>Whether a topic's records have their envelope; null where nothing is known of them.</summary>
    public EventForm? FormOf(string topic)
    {
        if ((_inline.Newest(topic) ?? schemas.Newest(topic)) is { } known)
            return known.Format.Form;
        return schemas.Known(topic).Schema.Format.Form == EventForm.Flattened ? EventForm.Flattened : null;
    }

    TableSchema? Carried(RecordChunk chunk, in RecordSlot slot)
    {
        var schema = _inline.Find(chunk, slot, out var reason);
        if (reason is not null)
            quarantine.Add(chunk.Partition.Topic, QuarantineReason.UnreadableSchema, reason, chunk, slot);
        return schema;
    }
}
