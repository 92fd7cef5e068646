using System.Text.Json;

namespace Tapline.Cli.Topics;

/// <summary>Looks in a sample of a topic for what its connector's settings lose.</summary>
sealed class TopicCheck
{
    static readonly string[] ConnectTimes =
        ["org.apache.kafka.connect.data.Timestamp", "org.apache.kafka.connect.data.Time"];

    readonly SortedDictionary<string, TopicFinding> _findings = new(StringComparer.Ordinal);
    readonly TopicSample _sample;
    int _deletes;
    int _tombstones;
    int _markedRows;

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
            if (JsonText.HasSchema(root))
                SeeSchema(root.GetProperty("schema"));
            var payload = JsonText.Payload(root);
            if (payload.ValueKind != JsonValueKind.Object)
                return;
            _markedRows += payload.TryGetProperty("__deleted", out _) || payload.TryGetProperty("__op", out _) ? 1 : 0;
            if (!JsonText.IsEnvelope(payload))
                return;
            SeeEnvelope(record, payload);
        }
    }

    void SeeEnvelope(SampledRecord record, JsonElement payload)
    {
        var op = Text(payload, "op");
        if (record.Key is null && op is "c" or "u" or "d" or "r")
        {
            Add("key", FindingSeverity.Risk, "records have no key: updates and deletes name no row",
                "a primary key on the table, or REPLICA IDENTITY FULL");
        }
        // Where nulls are kept, Kafka Connect also leaves out the field's own default: streamed events then say null.
        if (op is "c" or "u" or "d" && payload.GetProperty("source") is { ValueKind: JsonValueKind.Object } source
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
        if (shape.Form == TopicForm.Envelope && shape.Columns.Any(static column => column.LooksLikeBase64))
        {
            Add("decimal", FindingSeverity.Loss,
                "values look like numerics of decimal.handling.mode=precise: their scale is unknown without schemas",
                "decimal.handling.mode=string");
        }
        if (shape.Form is TopicForm.Flattened or TopicForm.FlattenedWithSchema)
        {
            Add("truncate", FindingSeverity.Loss, "flattened topics have no truncates",
                "no ExtractNewRecordState: Tapline reads whole envelopes");
            if (_markedRows == 0 && _tombstones == 0)
            {
                Add("deletes", FindingSeverity.Loss,
                    "rows do not say whether they were deleted, and there are no tombstones",
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
