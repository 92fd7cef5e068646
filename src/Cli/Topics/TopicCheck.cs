using System.Text.Json;

namespace Tapline.Cli.Topics;

/// <summary>Looks in a sample of a topic for what its connector's settings lose.</summary>
sealed class TopicCheck
{
    static readonly string[] ConnectTimes =
        ["org.apache.kafka.connect.data.Timestamp", "org.apache.kafka.connect.data.Time"];

    readonly SortedDictionary<string, TopicFinding> _findings = new(StringComparer.Ordinal);
    readonly TopicSample _sample;
    readonly Dictionary<string, int> _partitions = new(StringComparer.Ordinal);
    int _deletes;
    int _tombstones;
    int _markedRows;
    int _placedRows;

    TopicCheck(TopicSample sample) => _sample = sample;

    /// <summary>What a sample shows.</summary>
    public static IReadOnlyList<TopicFinding> Of(TopicSample sample)
    {
        var check = new TopicCheck(sample);
        foreach (var record in sample.Sampled.Where(static record => !record.IsOurs))
            check.See(record);
        check.CheckWhole(TopicShape.Of(sample));
        return [.. check._findings.Values.OrderBy(static finding => finding.Severity)];
    }

    void See(SampledRecord record)
    {
        SeePlace(record);
        if (record.Value is null || record.Value.AsSpan().SequenceEqual("null"u8))
        {
            _tombstones++;
            return;
        }
        if (!JsonText.TryParse(record.Value, out var document))
            return;
        using (document)
        {
            var root = document!.RootElement;
            var schema = JsonText.HasSchema(root) ? root.GetProperty("schema") : (JsonElement?)null;
            if (schema is { } said)
                SeeSchema(said);
            var payload = JsonText.Payload(root);
            if (payload.ValueKind == JsonValueKind.Null)
                _tombstones++;
            if (payload.ValueKind != JsonValueKind.Object)
                return;
            _placedRows += payload.EnumerateObject().Any(static field => IsPosition(field.Name)) ? 1 : 0;
            _markedRows += payload.TryGetProperty("__deleted", out _) || payload.TryGetProperty("__op", out _) ? 1 : 0;
            if (!JsonText.IsEnvelope(payload))
                return;
            SeeEnvelope(record, payload, mayHaveDefaults: schema is null || HasNullableDefault(schema.Value));
        }
    }

    // The murmur of a key is of its bytes: one key has one partition, unless somebody chose another one.
    void SeePlace(SampledRecord record)
    {
        if (record.Key is null
            || _partitions.TryAdd(Convert.ToBase64String(record.Key), record.Partition)
            || _partitions[Convert.ToBase64String(record.Key)] == record.Partition)
            return;
        Add("places", FindingSeverity.Risk,
            "one key has records in several partitions (PartitionRouting, or partitions were added): a delete may be "
                + "read before its row",
            "REPLICA IDENTITY FULL on the table, or no PartitionRouting");
    }

    void SeeEnvelope(SampledRecord record, JsonElement payload, bool mayHaveDefaults)
    {
        var op = Text(payload, "op");
        if (record.Key is null && op is "c" or "u" or "d" or "r")
        {
            Add("key", FindingSeverity.Risk, "records have no key: updates and deletes name no row",
                "a primary key on the table, or REPLICA IDENTITY FULL");
        }
        // Where nulls are kept, Kafka Connect also leaves out the field's own default: streamed events then say null.
        if (mayHaveDefaults && op is "c" or "u" or "d"
            && payload.GetProperty("source") is { ValueKind: JsonValueKind.Object } source
            && Text(source, "snapshot") == "false")
        {
            Add("nulls", FindingSeverity.Loss, "NULL in a column that has a default arrives as that default",
                "value.converter.replace.null.with.default=false");
        }
        if (op != "d")
            return;
        _deletes++;
        if (HasInventedKey(record.Key))
        {
            Add("invented", FindingSeverity.Loss, "a delete has an invented key: it matches no row",
                "REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns");
        }
    }

    void SeeSchema(JsonElement schema)
    {
        var name = Text(schema, "name");
        if (name is not null && ConnectTimes.Contains(name))
        {
            Add("times", FindingSeverity.Loss, "times are cut to milliseconds (time.precision.mode=connect)",
                "time.precision.mode=isostring");
        }
        if (name is "io.debezium.time.NanoTimestamp")
        {
            Add("times", FindingSeverity.Risk, "timestamps outside 1677 to 2262 arrive as null",
                "time.precision.mode=isostring");
        }
        if (name is "org.apache.kafka.connect.data.Decimal" or "io.debezium.data.VariableScaleDecimal")
        {
            Add("decimal", FindingSeverity.Risk,
                "NaN and infinities of numerics arrive as null (decimal.handling.mode=precise)",
                "decimal.handling.mode=string");
        }
        if (name == "io.debezium.time.MicroDuration")
        {
            Add("interval", FindingSeverity.Risk, "intervals take a month for 30.4375 days",
                "interval.handling.mode=string");
        }
        if (!schema.TryGetProperty("fields", out var fields) || fields.ValueKind != JsonValueKind.Array)
            return;
        foreach (var field in fields.EnumerateArray())
            SeeSchema(field);
    }

    void CheckWhole(TopicShape shape)
    {
        if (shape.Form is TopicForm.Envelope or TopicForm.Flattened
            && shape.Columns.Any(static column => column.LooksLikeBase64))
        {
            Add("decimal", FindingSeverity.Loss,
                "values look like numerics of decimal.handling.mode=precise: their scale is unknown without schemas",
                "decimal.handling.mode=string");
        }
        if (shape.Form is TopicForm.Flattened or TopicForm.FlattenedWithSchema)
        {
            Add("truncate", FindingSeverity.Loss, "flattened topics have no truncates",
                "no ExtractNewRecordState: Tapline reads whole envelopes");
            if (_placedRows == 0)
            {
                Add("places", FindingSeverity.Risk,
                    "rows do not say where they stand: what a restart sends again looks new",
                    "transforms.unwrap.add.fields=op,source.sequence,source.ts_us");
            }
            if (_markedRows == 0 && _tombstones == 0)
            {
                Add("deletes", FindingSeverity.Risk,
                    "rows do not say whether they were deleted, and no delete was seen (2.7 drops them by default)",
                    "transforms.unwrap.delete.tombstone.handling.mode=rewrite");
            }
        }
        if (_deletes > 0 && _tombstones == 0 && shape.Form is TopicForm.Envelope or TopicForm.EnvelopeWithSchema)
        {
            Add("tombstones", FindingSeverity.Risk,
                "deletes have no tombstones: a compacted topic keeps their rows for ever",
                "tombstones.on.delete=true");
        }
        if (shape.Columns.Any(static column => column.IsArray && column.HasNull))
        {
            Add("toast", FindingSeverity.Risk,
                "null in an array column may be an unchanged large value: the connector does not tell",
                "REPLICA IDENTITY FULL on the table");
        }
    }

    static bool IsPosition(string field) => field.EndsWith("source_sequence", StringComparison.Ordinal)
        || field.EndsWith("__sequence", StringComparison.Ordinal);

    // What the schema does not give a default has none to arrive in place of a NULL.
    static bool HasNullableDefault(JsonElement envelope) =>
        envelope.TryGetProperty("fields", out var fields)
        && fields.EnumerateArray().Where(static field => Text(field, "field") == "after")
            .SelectMany(static row => row.TryGetProperty("fields", out var columns)
                ? columns.EnumerateArray().AsEnumerable()
                : [])
            .Any(static column => column.TryGetProperty("default", out _)
                && column.TryGetProperty("optional", out var optional) && optional.ValueKind == JsonValueKind.True);

    static bool HasInventedKey(byte[]? key)
    {
        if (!JsonText.TryParse(key, out var document))
            return false;
        using (document)
        {
            var payload = JsonText.Payload(document!.RootElement);
            return payload.ValueKind == JsonValueKind.Object && payload.EnumerateObject().Any()
                && payload.EnumerateObject().All(static field => field.Value.GetRawText() is "0" or "\"\"" or "false");
        }
    }

    static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    void Add(string name, FindingSeverity severity, string what, string fix) =>
        _findings[name] = new TopicFinding(severity, what, _sample.Topic, fix);
}
