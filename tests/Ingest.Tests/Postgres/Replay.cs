using System.Text.Json.Nodes;

namespace Tapline.Ingest.Tests.Postgres;

/// <summary>Plays a topic back the way a consumer does: in order of the log, skipping what was there before.</summary>
static class Replay
{
    /// <summary>Asserts that the topic of a table, played back, is the table.</summary>
    public static async Task AssertEqualsSourceAsync(Capture capture, string table)
    {
        var rows = Play(await capture.RecordsAsync(table));
        var expected = (await capture.RowsAsync(table)).Select(Text).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, rows.Values.Select(Text).Order(StringComparer.Ordinal));
    }

    /// <summary>The rows that are left, by key.</summary>
    public static Dictionary<string, JsonNode> Play(IEnumerable<LogRecord> records)
    {
        var rows = new Dictionary<string, JsonNode>();
        var marks = new Dictionary<string, (long, long)>();
        foreach (var record in records.Where(static r => r.Value is not null))
        {
            if (record.Op == "t")
            {
                rows.Clear();
                continue;
            }
            var key = record.Key!;
            if (record.Op != "r" && marks.TryGetValue(key, out var mark) && record.Position.CompareTo(mark) <= 0)
                continue;
            marks[key] = record.Op == "r" ? default : record.Position;
            if (record.Op == "d")
                rows.Remove(key);
            else
                rows[key] = Merge(record.After!, rows.GetValueOrDefault(key));
        }
        return rows;
    }

    // What is unchanged and not in the record is what the row had before.
    static JsonNode Merge(JsonNode after, JsonNode? before)
    {
        foreach (var (name, value) in after.AsObject().ToList())
        {
            if (before is not null && value is JsonValue && value.ToString() == "__debezium_unavailable_value")
                after[name] = before[name]?.DeepClone();
        }
        return after;
    }

    // numeric is a string in the records and a number in the database's JSON.
    static string Text(JsonNode row) => string.Join('|', row.AsObject().Select(static f => $"{f.Key}={f.Value}"));
}
