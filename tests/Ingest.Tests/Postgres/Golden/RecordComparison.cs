using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tapline.Ingest.Tests.Postgres.Golden;

/// <summary>Compares what our source wrote with what Debezium wrote of the same change: keys by their bytes, envelopes
/// field by field. Collects differences; each that is on purpose is named here with its reason.</summary>
/// <param name="defaults">The default of a column in the inline schema of the default run; null for none.</param>
sealed class RecordComparison(Func<string, string, JsonNode?> defaults)
{
    /// <summary>Columns that ours spells otherwise.</summary>
    static readonly Dictionary<string, string> _columns = new()
    {
        ["c_num5m2"] = "a scale below zero is 2046 to Debezium; ours has the digits that there are",
        ["a_time"] = "Debezium cuts times in arrays to milliseconds",
        ["a_int2d"] = "Debezium loses the inner dimension",
        ["c_oidvec"] = "Debezium writes an empty array",
        ["c_name"] = "Debezium streams null",
    };

    /// <summary>Edge values, by column and label, that ours spells otherwise.</summary>
    static readonly Dictionary<(string Table, string Label), string> _edges = new()
    {
        [("types_edge.e_arr", "infinity")] = "an infinite date has one value in ours, in arrays too",
        [("types_edge.e_arr", "NaN")] = "NaN makes one item null in ours, the whole array in Debezium's",
        [("types_edge.e_ts", "max")] = "Debezium's microseconds wrap into the past",
    };

    // Debezium's snapshot reads dates through a Julian calendar without eras; its stream has them right.
    static readonly string[] _snapshotDates = ["infinity", "-infinity", "BC", "min", "julian gap"];

    // What is another run's, another clock's, or another on purpose: see docs/topics.md.
    static readonly HashSet<string> _source =
        ["version", "ts_ms", "ts_us", "ts_ns", "lsn", "txId", "sequence", "snapshot", "db"];

    public List<string> Differences { get; } = [];

    /// <summary>How many fields of rows were compared.</summary>
    public int Fields { get; private set; }

    /// <summary>Which reasons were needed.</summary>
    public HashSet<string> Reasons { get; } = [];

    public void Compare(CapturedRecord theirs, LogRecord ours, IReadOnlySet<string> columns)
    {
        var where = $"{theirs.Table} {theirs.Op} {theirs.Key?[^Math.Min(theirs.Key.Length, 40)..]}";
        if (theirs.Key != ours.Key)
            Differences.Add($"{where}: key {theirs.Key} is {ours.Key}");
        foreach (var name in theirs.Headers.Keys.Concat(["__debezium.newkey", "__debezium.oldkey"]).Distinct())
        {
            if (theirs.Headers.GetValueOrDefault(name) != ours.Headers.GetValueOrDefault(name))
                Differences.Add($"{where}: header {name} is {ours.Headers.GetValueOrDefault(name)}");
        }
        if ((theirs.Value is null) != (ours.Value is null))
            Differences.Add($"{where}: one is a tombstone");
        if (theirs.Payload is not { } expected || ours.Value is null)
            return;
        var actual = ours.Value["payload"] ?? ours.Value;
        Names(where, expected, actual);
        Names($"{where} source", expected["source"]!, actual["source"]!);
        foreach (var (name, value) in expected["source"]!.AsObject().Where(f => !_source.Contains(f.Key)))
            Same($"{where} source.{name}", value, actual["source"]![name]);
        Same($"{where} op", expected["op"], actual["op"]);
        foreach (var image in (string[])["before", "after"])
            Row(where, theirs, image, expected[image], actual[image], columns);
    }

    void Row(
        string where,
        CapturedRecord record,
        string image,
        JsonNode? expected,
        JsonNode? actual,
        IReadOnlySet<string> columns)
    {
        if (expected is null || actual is null)
        {
            Same($"{where} {image}", expected, actual);
            return;
        }
        var wanted = expected.AsObject().Where(f => columns.Contains(f.Key)).ToList();
        var found = actual.AsObject().Select(static f => f.Key);
        if (!wanted.Select(static f => f.Key).SequenceEqual(found))
            Differences.Add($"{where} {image}: fields {string.Join(' ', found)}");
        foreach (var (name, value) in wanted)
        {
            Fields++;
            if (Same(value, actual[name]))
                continue;
            if (Reason(record, image, name, value, actual[name]) is { } reason)
                Reasons.Add(reason);
            else
                Differences.Add($"{where} {image}.{name}: {Short(value)} is {Short(actual[name])}");
        }
    }

    string? Reason(CapturedRecord record, string image, string column, JsonNode? expected, JsonNode? actual)
    {
        if (_columns.TryGetValue(column, out var reason))
            return reason;
        var label = (string?)record.Payload!["after"]?["label"];
        if (label is not null && _edges.TryGetValue((record.Table, label), out reason))
            return reason;
        if (record.Op == "r" && record.Table == "types_edge.e_date" && _snapshotDates.Contains(label))
            return "Debezium's snapshots shift old and infinite dates";
        if (actual is null && Same(expected, Default(record, column)))
            return "ours keeps nulls, where Connect writes the column's default";
        if (actual is null && image == "before" && record.Op == "d" && record.Schema is null)
            return "ours invents nothing in the old row of a delete";
        if (expected is null && record.Op is "u" or "c" && IsPlaceholder(actual))
            return "ours has the placeholder where Debezium has null";
        if (record.Op != "r" && expected?.ToString().TrimEnd('0').TrimEnd('.') == actual?.ToString())
            return "the events that the workload is done again from dropped the zeros at a numeric's end";
        if (expected is JsonArray && actual is JsonArray { Count: 1 } && IsPlaceholder(actual) && record.Schema is null)
            return "without schemas ours has the placeholder itself in arrays of numbers";
        return null;
    }

    JsonNode? Default(CapturedRecord record, string column) => record.Schema is { } schema
        ? schema["fields"]![1]!["fields"]!.AsArray().Single(f => (string)f!["field"]! == column)!["default"]
        : defaults(record.Table, column);

    void Names(string where, JsonNode expected, JsonNode actual)
    {
        var found = actual.AsObject().Select(static f => f.Key);
        if (!expected.AsObject().Select(static f => f.Key).SequenceEqual(found))
            Differences.Add($"{where}: fields {string.Join(' ', found)}");
    }

    void Same(string where, JsonNode? expected, JsonNode? actual)
    {
        if (!Same(expected, actual))
            Differences.Add($"{where}: {Short(expected)} is {Short(actual)}");
    }

    static bool IsPlaceholder(JsonNode? value) => value?.ToJsonString() is { } json
        && (json.Contains("_unavailable_", StringComparison.Ordinal)
            || json.Contains("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==", StringComparison.Ordinal)
            || json.StartsWith("[95,95,100,", StringComparison.Ordinal));

    // Numbers by their value: Java's spelling of floats is not PostgreSQL's, and 1.4E-45 is its shortest for 1e-45.
    static bool Same(JsonNode? expected, JsonNode? actual) => (expected, actual) switch
    {
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(static p => Same(p.First, p.Second)),
        (JsonObject a, JsonObject b) => a.Count == b.Count
            && a.Zip(b).All(static p => p.First.Key == p.Second.Key && Same(p.First.Value, p.Second.Value)),
        (JsonValue a, JsonValue b) when a.GetValueKind() == JsonValueKind.Number
            && b.GetValueKind() == JsonValueKind.Number => SameNumber(a.ToJsonString(), b.ToJsonString()),
        _ => JsonNode.DeepEquals(expected, actual),
    };

    static bool SameNumber(string expected, string actual)
    {
        if (expected == actual)
            return true;
        if (!expected.AsSpan().ContainsAny('.', 'E'))
            return false;
        var (a, b) = (Number(expected), Number(actual));
        return a == b || (Math.Abs(a) < float.MinValue * -1e-76 && (float)a == (float)b);
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    static string Short(JsonNode? value)
    {
        var json = value?.ToJsonString() ?? "null";
        return json.Length <= 200 ? json : $"{json[..200]}…";
    }
}
