using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Contracts.Schema;

namespace Tapline.Cli.Topics;

/// <summary>What a sample of a topic says of its table.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Records">How many records it holds.</param>
/// <param name="Form">How its records carry rows.</param>
/// <param name="Table">The table; by the topic's name where the records do not say.</param>
/// <param name="Key">The key's columns.</param>
/// <param name="Columns">The row's columns in the order of their first sight.</param>
/// <param name="Unread">Records of the sample that were no JSON object.</param>
sealed record TopicShape(
    string Topic,
    long Records,
    TopicForm Form,
    TableId Table,
    ImmutableArray<string> Key,
    ImmutableArray<ColumnShape> Columns,
    int Unread)
{
    /// <summary>Looks at a sample.</summary>
    public static TopicShape Of(TopicSample sample)
    {
        var columns = new Dictionary<string, ColumnShape>(StringComparer.Ordinal);
        var order = new List<string>();
        var key = ImmutableArray<string>.Empty;
        var words = sample.Topic.Split('.');
        var table = new TableId(words.Length > 1 ? words[^2] : "public", words[^1]);
        var form = TopicForm.Empty;
        var unread = 0;
        foreach (var record in sample.Sampled)
        {
            if (!JsonText.TryParse(record.Value, out var document))
            {
                unread += record.Value is null ? 0 : 1;
                continue;
            }
            using (document)
            {
                var payload = JsonText.Payload(document!.RootElement);
                if (payload.ValueKind != JsonValueKind.Object)
                    continue;
                form = FormOf(record, document.RootElement, payload);
                table = TableOf(payload) ?? table;
                foreach (var field in JsonText.Row(payload))
                {
                    if (!columns.TryGetValue(field.Name, out var column))
                    {
                        columns.Add(field.Name, column = new ColumnShape(field.Name));
                        order.Add(field.Name);
                    }
                    column.See(field.Value);
                }
            }
            key = KeyOf(record.Key) ?? key;
        }
        return new TopicShape(
            sample.Topic, sample.Records, form, table, key, [.. order.Select(name => columns[name])], unread);
    }

    static TopicForm FormOf(SampledRecord record, JsonElement root, JsonElement payload)
    {
        if (record.IsOurs)
            return TopicForm.Tapline;
        var isEnvelope = JsonText.IsEnvelope(payload);
        return JsonText.HasSchema(root)
            ? isEnvelope ? TopicForm.EnvelopeWithSchema : TopicForm.FlattenedWithSchema
            : isEnvelope ? TopicForm.Envelope : TopicForm.Flattened;
    }

    static TableId? TableOf(JsonElement payload) =>
        payload.TryGetProperty("source", out var source) && source.ValueKind == JsonValueKind.Object
        && source.TryGetProperty("schema", out var schema) && source.TryGetProperty("table", out var table)
        && schema.ValueKind == JsonValueKind.String && table.ValueKind == JsonValueKind.String
            ? new TableId(schema.GetString()!, table.GetString()!)
            : null;

    static ImmutableArray<string>? KeyOf(byte[]? key)
    {
        if (!JsonText.TryParse(key, out var document))
            return null;
        using (document)
        {
            var payload = JsonText.Payload(document!.RootElement);
            return payload.ValueKind == JsonValueKind.Object
                ? [.. payload.EnumerateObject().Select(static field => field.Name)]
                : null;
        }
    }
}

/// <summary>How a topic's records carry rows.</summary>
enum TopicForm
{
    /// <summary>There is no record with a row.</summary>
    Empty,
    /// <summary>Written by Tapline's own source, which announces the columns.</summary>
    Tapline,
    /// <summary>Debezium's envelope, without schemas.</summary>
    Envelope,
    /// <summary>Debezium's envelope, each with its schema.</summary>
    EnvelopeWithSchema,
    /// <summary>Rows alone, without schemas.</summary>
    Flattened,
    /// <summary>Rows alone, each with its schema.</summary>
    FlattenedWithSchema,
}
