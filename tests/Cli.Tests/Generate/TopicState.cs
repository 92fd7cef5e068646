using System.Text.Json;
using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Tests.Generate;

/// <summary>What a reader of a table's topic knows at the end: the rows that are left, and how many changes there were,
/// what was told twice counted once.</summary>
sealed class TopicState
{
    readonly HashSet<string> _seen = [];

    public Dictionary<string, JsonElement> Rows { get; } = [];

    public Dictionary<string, long> Changes { get; } = new() { ["r"] = 0, ["c"] = 0, ["u"] = 0, ["d"] = 0 };

    /// <summary>Records that were read again.</summary>
    public long Repeats { get; private set; }

    /// <summary>Rows of a second snapshot.</summary>
    public long Reread { get; private set; }

    public static async Task<TopicState> ReadAsync(GeneratedLog log, BarTable table)
    {
        var state = new TopicState();
        await foreach (var (key, value) in log.RecordsAsync($"bar.{BarSchema.NameOf(table)}"))
        {
            if (value is not null)
                state.Apply(key, value);
        }
        return state;
    }

    void Apply(string key, string value)
    {
        using var json = JsonDocument.Parse(value);
        var (root, source) = (json.RootElement, json.RootElement.GetProperty("source"));
        if (!_seen.Add($"{source.GetProperty("sequence").GetString()} {key}"))
        {
            Repeats++;
            return;
        }
        var op = root.GetProperty("op").GetString()!;
        if (source.GetProperty("snapshot").GetString() == "incremental")
            Reread++;
        else
            Changes[op]++;
        if (op == "d")
            Assert.True(Rows.Remove(key), $"{key} is deleted and was not there");
        else
            Rows[key] = root.GetProperty("after").Clone();
    }
}
