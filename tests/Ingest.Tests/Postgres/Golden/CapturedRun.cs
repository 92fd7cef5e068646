using System.Text.Json.Nodes;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Postgres.Golden;

/// <summary>A record that Debezium wrote, as its bytes and as JSON.</summary>
/// <param name="Table">The true name, <c>schema.table</c>.</param>
/// <param name="Key">The key's text; null for none.</param>
/// <param name="Value">The value; null for a tombstone.</param>
/// <param name="Headers">Which of the two headers of a change of key it has, and their text.</param>
sealed record CapturedRecord(
    string Table, string? Key, JsonNode? Value, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The value without its inline schema.</summary>
    public JsonNode? Payload => Value?["payload"] ?? Value;

    public JsonNode? Schema => Value?["schema"];

    public string? Op => (string?)Payload?["op"];
}

/// <summary>One file of captured records.</summary>
static class CapturedRun
{
    /// <summary>The data records of a run in order: those of tables. Skips the test where there are none.</summary>
    public static List<CapturedRecord> Read(string file)
    {
        var records = new List<CapturedRecord>();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path(file)))
        {
            var json = JsonNode.Parse(line)!;
            var topic = (string)json["topic"]!;
            var value = (string?)json["value"] is { } text ? JsonNode.Parse(text) : null;
            var source = (value?["payload"] ?? value)?["source"];
            if (source is not null)
                names[topic] = $"{source["schema"]}.{source["table"]}";
            if (!names.TryGetValue(topic, out var table) || table == ".")
                continue;
            records.Add(new CapturedRecord(table, (string?)json["key"], value, Headers(json["headers"]!.AsArray())));
        }
        return records;
    }

    /// <summary>The tables of a database's contents.</summary>
    public static JsonObject Database(string file) =>
        JsonNode.Parse(File.ReadAllText(Path(file)))!["tables"]!.AsObject();

    static string Path(string file)
    {
        var folder = SharedData.DebeziumFolder;
        Assert.SkipUnless(folder is not null, "the captured events are not beside the repository");
        return System.IO.Path.Combine(folder, file);
    }

    static Dictionary<string, string> Headers(JsonArray headers) => headers
        .Where(static h => (string)h!["k"]! is "__debezium.newkey" or "__debezium.oldkey")
        .ToDictionary(static h => (string)h!["k"]!, static h => (string)h!["json"]!);
}
