using System.Text;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Log;

/// <summary>The names of a pipeline's topics, by Debezium's rules and ours.</summary>
public static class TopicNames
{
    /// <summary>The header that names the schema version (decimal digits) under which our own source wrote a
    /// record.</summary>
    public const string SchemaHeader = "tapline.schema";

    /// <summary>The header of a record without key and value that ends the reading of a whole table: two numbers in
    /// decimal digits, where in the source's log the reading began, and how many partitions get such a record. Rows
    /// from before that are not there any more.</summary>
    public const string RereadEndHeader = "tapline.reread.end";

    /// <summary><c>prefix.schema.table</c>, with what Kafka does not allow in names replaced by <c>_</c>.</summary>
    public static string Data(string prefix, TableId table) => Sanitize($"{prefix}.{table.Schema}.{table.Name}");

    /// <summary>Where the versions of the table schemas are kept (compacted; see <see cref="SchemaRecord"/>).</summary>
    public static string Schemas(string prefix) => Sanitize($"__tapline-schema.{prefix}");

    /// <summary>Where a source keeps its progress (compacted).</summary>
    public static string Progress(string prefix) => Sanitize($"__tapline-progress.{prefix}");

    /// <summary>Debezium's heartbeat topic.</summary>
    public static string Heartbeat(string prefix) => Sanitize($"__debezium-heartbeat.{prefix}");

    /// <summary>Debezium's transaction metadata topic.</summary>
    public static string Transactions(string prefix) => Sanitize($"{prefix}.transaction");

    /// <summary>What could not be used, with its reason.</summary>
    public static string Quarantine(string prefix) => Sanitize($"{prefix}.quarantine");

    /// <summary>The results of a window (compacted).</summary>
    public static string Live(string prefix, string window) => Sanitize($"{prefix}.live.{window}");

    /// <summary>Whether the pipeline writes a topic for others and does not read it itself.</summary>
    public static bool IsOutput(string prefix, string topic) =>
        topic == Quarantine(prefix)
        || topic.StartsWith($"{prefix}.dlq.", StringComparison.Ordinal)
        || topic.StartsWith($"{prefix}.live.", StringComparison.Ordinal);

    /// <summary>What is sent back from quarantine, each record with where it stood
    /// (<see cref="ReplayMark"/>).</summary>
    public static string Replays(string prefix) => Sanitize($"__tapline-replay.{prefix}");

    /// <summary>The topic that stands for the lanes of a pipeline, a partition for each; it has no records.</summary>
    public static string Lanes(string prefix) => Sanitize($"__tapline-lanes.{prefix}");

    /// <summary>The messages of the devices' stream of a name.</summary>
    public static string Devices(string prefix, string stream) => Sanitize($"{prefix}.iot.{stream}");

    /// <summary>The stream whose messages a topic has; null for a topic of something else.</summary>
    public static string? DeviceStream(string prefix, string topic)
    {
        var start = Devices(prefix, "");
        return topic.Length > start.Length && topic.StartsWith(start, StringComparison.Ordinal)
            && !topic.AsSpan(start.Length).Contains('.')
                ? topic[start.Length..]
                : null;
    }

    static string Sanitize(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var c in name)
            clean.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_');
        return clean.ToString();
    }
}
