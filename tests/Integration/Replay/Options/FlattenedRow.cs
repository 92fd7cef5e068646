using System.Text.Json.Nodes;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>A change without its envelope.</summary>
sealed class FlattenedRow(ConnectorOptions options)
{
    static readonly (string Name, string Type)[] Added =
        [("op", "string"), ("source.sequence", "string"), ("source.lsn", "int64"), ("source.ts_us", "int64")];

    bool HasMark => options.Shape is RecordShape.Rewrite or RecordShape.RewriteWithTombstone;

    /// <summary>The row with its schema, out of the envelope with its own.</summary>
    public JsonObject Of(JsonObject root, string op)
    {
        var isDelete = op == "d";
        var payload = root["payload"]!.AsObject();
        var after = root["schema"]!["fields"]!.AsArray()
            .Single(static field => field!["field"]!.GetValue<string>() == "after")!;
        var fields = after["fields"]!.DeepClone().AsArray();
        var row = isDelete && !HasMark ? null : payload[isDelete ? "before" : "after"]!.DeepClone().AsObject();
        if (HasMark)
            Add(fields, row, "__deleted", "string", isDelete ? "true" : "false");
        if (options.Added is AddedTo.Fields or AddedTo.FieldsWithPrefix)
        {
            foreach (var (name, type) in Added)
            {
                Add(
                    fields, row, options.Prefix + name.Replace('.', '_'), type,
                    name.StartsWith("source.", StringComparison.Ordinal)
                        ? payload["source"]![name["source.".Length..]]?.DeepClone()
                        : payload[name]!.DeepClone());
            }
        }
        return new JsonObject
        {
            ["schema"] = new JsonObject
            {
                ["type"] = "struct",
                ["fields"] = fields,
                ["optional"] = false,
                ["name"] = after["name"]!.DeepClone(),
            },
            ["payload"] = row,
        };
    }

    static void Add(JsonArray fields, JsonObject? row, string name, string type, JsonNode? value)
    {
        fields.Add(new JsonObject { ["type"] = type, ["optional"] = true, ["field"] = name });
        if (row is not null)
            row[name] = value;
    }
}
