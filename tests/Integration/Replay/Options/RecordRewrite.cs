using System.Globalization;
using System.Text.Json.Nodes;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>Writes the records of a default connector, which carry their schemas, as a connector with other settings
/// writes them.</summary>
/// <param name="options">The settings.</param>
/// <param name="types">What the database calls the types of a topic's columns.</param>
/// <param name="isNullUnchanged">Whether every null of an update stands for a value that did not change.</param>
sealed class RecordRewrite(
    ConnectorOptions options,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> types,
    bool isNullUnchanged = false)
{
    readonly FieldRewrite _fields = new(options, isNullUnchanged);
    readonly FlattenedRow _flattened = new(options);
    readonly Dictionary<long, int> _totals = [];

    /// <summary>The records of the topics whose types are known.</summary>
    public IEnumerable<CapturedRecord> Of(IEnumerable<CapturedRecord> records) =>
        records.Where(record => types.ContainsKey(record.Topic)).SelectMany(Of);

    IEnumerable<CapturedRecord> Of(CapturedRecord record)
    {
        var key = KeyOf(record);
        if (record.Value is null)
        {
            if (options.HasTombstones && options.Shape is RecordShape.Envelope or RecordShape.RewriteWithTombstone)
                yield return record with { Key = key };
            yield break;
        }
        var root = CapturedJson.Object(record.Value);
        Rewrite(record, root);
        if (!options.IsFlattened)
        {
            yield return record with { Key = key, Value = Document(root, options.HasValueSchemas) };
            yield break;
        }
        var op = root["payload"]!["op"]!.GetValue<string>();
        if (op == "t" || (op == "d" && options.Shape == RecordShape.Drop))
            yield break;
        var headers = options.Added == AddedTo.Headers
            ? record.Headers.Add(("__op", System.Text.Encoding.UTF8.GetBytes(op)))
            : record.Headers;
        var isTombstone = op == "d" && options.Shape == RecordShape.DeleteToTombstone;
        yield return record with
        {
            Key = key,
            Value = isTombstone ? null : Document(_flattened.Of(root, op), options.HasValueSchemas),
            Headers = headers,
        };
    }

    byte[]? KeyOf(CapturedRecord record)
    {
        if (record.Key is null)
            return null;
        var root = CapturedJson.Object(record.Key);
        (root["schema"]!["fields"], root["payload"]) =
            Row(record, root["schema"]!["fields"]!.AsArray(), root["payload"]!.AsObject(), mayLeaveOut: false);
        return Document(root, options.HasKeySchemas);
    }

    void Rewrite(CapturedRecord record, JsonObject root)
    {
        var payload = root["payload"]!.AsObject();
        var op = payload["op"]!.GetValue<string>();
        var isMoved = record.Headers.Any(static header => header.Name == "__debezium.oldkey");
        foreach (var schema in root["schema"]!["fields"]!.AsArray().Select(static field => field!.AsObject()))
        {
            var name = schema["field"]!.GetValue<string>();
            if (name is not ("before" or "after"))
                continue;
            (schema["fields"], payload[name]) = Row(
                record, schema["fields"]!.AsArray(), payload[name]?.AsObject(),
                mayLeaveOut: name == "after" && (op == "u" || isMoved));
        }
        if (options.HasTransactions && op != "r")
            payload["transaction"] = Transaction(payload["source"]!.AsObject());
    }

    (JsonArray Fields, JsonObject? Row) Row(
        CapturedRecord record, JsonArray fields, JsonObject? row, bool mayLeaveOut)
    {
        var known = types[record.Topic];
        var (schemas, values) = (new JsonArray(), row is null ? null : new JsonObject());
        foreach (var field in fields.Select(static field => field!.AsObject()))
        {
            var name = field["field"]!.GetValue<string>();
            var type = known.GetValueOrDefault(name, "");
            schemas.Add(_fields.Schema(field, type));
            if (values is not null)
                values[name] = _fields.Value(field, type, row![name], mayLeaveOut);
        }
        return (schemas, values);
    }

    JsonObject Transaction(JsonObject source)
    {
        var id = source["txId"]!.GetValue<long>();
        var total = _totals[id] = _totals.GetValueOrDefault(id) + 1;
        return new JsonObject
        {
            ["id"] = string.Create(CultureInfo.InvariantCulture, $"{id}:{source["lsn"]}"),
            ["total_order"] = total,
            ["data_collection_order"] = total,
        };
    }

    static byte[] Document(JsonObject root, bool hasSchema) =>
        CapturedJson.Bytes(hasSchema ? root : root["payload"]);
}
