using System.Collections.Frozen;
using System.Globalization;

namespace Tapline.Kafka.Broker;

/// <summary>A topic's settings by Kafka's names (https://kafka.apache.org/documentation/#topicconfigs): what was set,
/// and for the rest the broker's defaults. Immutable.</summary>
sealed class TopicSettings
{
    const string Delete = "delete";
    const string Compact = "compact";

    static readonly FrozenDictionary<string, Func<string, bool>> Known = new Dictionary<string, Func<string, bool>>
    {
        ["cleanup.policy"] = IsPolicy,
        ["retention.ms"] = value => IsLong(value, -1),
        ["retention.bytes"] = value => IsLong(value, -1),
        ["segment.bytes"] = value => IsLong(value, 1024, int.MaxValue),
        ["segment.ms"] = value => IsLong(value, 1),
        ["max.message.bytes"] = value => IsLong(value, 0, int.MaxValue),
        ["message.timestamp.type"] = value => value is "CreateTime" or "LogAppendTime",
        ["min.cleanable.dirty.ratio"] = IsRatio,
        ["min.compaction.lag.ms"] = value => IsLong(value, 0),
        ["delete.retention.ms"] = value => IsLong(value, 0),
        // One replica and opaque batches: these have one possible meaning, which clients may spell out.
        ["compression.type"] = value => value is "producer",
        ["min.insync.replicas"] = value => value is "1",
        ["unclean.leader.election.enable"] = value => value is "true" or "false",
    }.ToFrozenDictionary();

    readonly FrozenDictionary<string, string> _defaults;

    /// <summary>Takes settings that <see cref="Problem"/> finds nothing wrong with.</summary>
    public TopicSettings(FrozenDictionary<string, string> defaults, IReadOnlyDictionary<string, string> own)
    {
        (_defaults, Own) = (defaults, own.ToFrozenDictionary());
        var policies = this["cleanup.policy"].Split(',', StringSplitOptions.TrimEntries);
        (Deletes, Compacts) = (policies.Contains(Delete), policies.Contains(Compact));
        RetentionMs = Long("retention.ms");
        RetentionBytes = Long("retention.bytes");
        SegmentBytes = (int)Long("segment.bytes");
        SegmentAge = Milliseconds("segment.ms");
        MessageBytesMax = (int)Long("max.message.bytes");
        UsesAppendTime = this["message.timestamp.type"] == "LogAppendTime";
        DirtyRatioMin = double.Parse(this["min.cleanable.dirty.ratio"], CultureInfo.InvariantCulture);
        CompactionLag = Milliseconds("min.compaction.lag.ms");
        TombstoneAge = Milliseconds("delete.retention.ms");
    }

    /// <summary>The settings that somebody chose for this topic.</summary>
    public IReadOnlyDictionary<string, string> Own { get; }

    public bool Deletes { get; }
    public bool Compacts { get; }

    /// <summary>-1 for no limit.</summary>
    public long RetentionMs { get; }

    /// <summary>-1 for no limit.</summary>
    public long RetentionBytes { get; }
    public int SegmentBytes { get; }
    public TimeSpan SegmentAge { get; }
    public int MessageBytesMax { get; }
    public bool UsesAppendTime { get; }
    public double DirtyRatioMin { get; }
    public TimeSpan CompactionLag { get; }
    public TimeSpan TombstoneAge { get; }

    /// <summary>Every setting's name, in order.</summary>
    public static IEnumerable<string> Names => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>A setting's value, chosen or default.</summary>
    public string this[string name] => Own.TryGetValue(name, out var own) ? own : _defaults[name];

    /// <summary>The defaults that a broker with these options gives.</summary>
    public static FrozenDictionary<string, string> Defaults(BrokerOptions options) => new Dictionary<string, string>
    {
        ["cleanup.policy"] = Delete,
        ["retention.ms"] = options.Retention is { } age ? Format((long)age.TotalMilliseconds) : "-1",
        ["retention.bytes"] = Format(options.RetentionBytes ?? -1),
        ["segment.bytes"] = Format(options.SegmentBytes),
        ["segment.ms"] = Format((long)options.SegmentAge.TotalMilliseconds),
        ["max.message.bytes"] = Format(options.MessageBytesMax),
        ["message.timestamp.type"] = "CreateTime",
        ["min.cleanable.dirty.ratio"] = "0.5",
        ["min.compaction.lag.ms"] = "0",
        ["delete.retention.ms"] = "86400000",
        ["compression.type"] = "producer",
        ["min.insync.replicas"] = "1",
        ["unclean.leader.election.enable"] = "false",
    }.ToFrozenDictionary();

    /// <summary>What is wrong with a setting, in one sentence; null when nothing is.</summary>
    public static string? Problem(string name, string? value) =>
        !Known.TryGetValue(name, out var isValid) ? $"topic setting {name} is not known here"
        : value is null || !isValid(value) ? $"topic setting {name} cannot be '{value}'"
        : null;

    static bool IsPolicy(string value)
    {
        var policies = value.Split(',', StringSplitOptions.TrimEntries);
        return policies.All(policy => policy is Delete or Compact);
    }

    static bool IsLong(string value, long least, long most = long.MaxValue) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= least && number <= most;

    static bool IsRatio(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio)
        && ratio is >= 0 and <= 1;

    static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);

    long Long(string name) => long.Parse(this[name], CultureInfo.InvariantCulture);

    // Kafka allows up to the largest long, which a TimeSpan does not hold.
    TimeSpan Milliseconds(string name) =>
        TimeSpan.FromMilliseconds(Math.Min(Long(name), (long)TimeSpan.FromDays(365_000).TotalMilliseconds));
}
