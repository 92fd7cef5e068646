using System.Text.Json.Nodes;

namespace Tapline.Ingest.Tests.Postgres.Golden;

/// <summary>Compares inline schemas by their text, field by field.</summary>
static class SchemaComparison
{
    /// <summary>Columns whose schema ours has otherwise, for the reasons that their values have.</summary>
    static readonly HashSet<string> _columns = ["c_num5m2", "c_oidvec"];

    /// <summary>What differs in the schemas of one record's key and value.</summary>
    public static IEnumerable<string> Differences(
        CapturedRecord theirs, LogRecord ours, IReadOnlySet<string> columns)
    {
        var value = ours.Value!["schema"]!;
        foreach (var difference in Fields(theirs.Table, theirs.Schema!, value, columns))
            yield return difference;
        foreach (var part in (string[])["type", "optional", "name", "version"])
        {
            if (theirs.Schema![part]?.ToJsonString() != value[part]?.ToJsonString())
                yield return $"{theirs.Table} {part}: {value[part]}";
        }
    }

    static IEnumerable<string> Fields(string where, JsonNode theirs, JsonNode ours, IReadOnlySet<string> columns)
    {
        var expected = theirs["fields"]!.AsArray();
        var actual = ours["fields"]!.AsArray();
        foreach (var (a, b) in expected.Zip(actual))
        {
            if ((string)a!["field"]! is "before" or "after")
            {
                foreach (var difference in Row(where, a, b!, columns))
                    yield return difference;
            }
            else if (a.ToJsonString() != b!.ToJsonString())
            {
                yield return $"{where}: {a.ToJsonString()} is {b.ToJsonString()}";
            }
        }
        if (expected.Count != actual.Count)
            yield return $"{where}: {actual.Count} fields";
    }

    static IEnumerable<string> Row(string where, JsonNode theirs, JsonNode ours, IReadOnlySet<string> columns)
    {
        var expected = theirs["fields"]!.AsArray().Where(f => columns.Contains((string)f!["field"]!)).ToList();
        var actual = ours["fields"]!.AsArray().ToList();
        foreach (var (a, b) in expected.Zip(actual))
        {
            if (!_columns.Contains((string)a!["field"]!) && Text(a) != b!.ToJsonString())
                yield return $"{where}: {Text(a)} is {b.ToJsonString()}";
        }
        if (expected.Count != actual.Count || theirs["name"]?.ToString() != ours["name"]?.ToString())
            yield return $"{where}: {actual.Count} fields of {ours["name"]}";
    }

    // datatype.propagate.source.type, which the run with source types set, is not among our settings.
    static string Text(JsonNode field)
    {
        var copy = field.DeepClone();
        if (copy["parameters"] is JsonObject parameters)
        {
            var added = parameters.Select(static p => p.Key).Where(static key => key.StartsWith("__debezium"));
            foreach (var name in added.ToList())
                parameters.Remove(name);
            if (parameters.Count == 0)
                copy.AsObject().Remove("parameters");
        }
        return copy.ToJsonString();
    }
}
