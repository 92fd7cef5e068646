using System.Text.Json;

namespace Tapline.Cli.Topics;

/// <summary>Reads the configuration of a Debezium connector for settings that lose data.</summary>
sealed class ConnectorCheck
{
    const string Unwrap = "ExtractNewRecordState";

    readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    readonly List<TopicFinding> _findings = [];

    ConnectorCheck(JsonElement settings)
    {
        foreach (var setting in settings.EnumerateObject())
        {
            _settings[setting.Name] = setting.Value.ValueKind == JsonValueKind.String
                ? setting.Value.GetString()!
                : setting.Value.GetRawText();
        }
    }

    /// <summary>What a configuration loses; it may stand alone or as <c>config</c> beside a name, as Kafka Connect
    /// takes it.</summary>
    public static IReadOnlyList<TopicFinding> Of(JsonElement root)
    {
        var nested = root.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object;
        var check = new ConnectorCheck(nested ? config : root);
        check.CheckValues();
        check.CheckOperations();
        check.CheckIdentity();
        check.CheckTransforms();
        check.CheckRunning();
        return check._findings;
    }

    bool HasSchemas => Setting("value.converter.schemas.enable", "true") == "true";

    void CheckValues()
    {
        var decimals = Setting("decimal.handling.mode", "precise");
        if (decimals == "double")
        {
            Add(FindingSeverity.Loss, "numerics lose their digits after the fifteenth", "decimal.handling.mode",
                "string");
        }
        else if (decimals == "precise" && !HasSchemas)
        {
            Add(FindingSeverity.Loss,
                "without schemas nobody can tell a numeric's scale, and it changes with ALTER TABLE",
                "decimal.handling.mode", "string");
        }
        if (Setting("value.converter.replace.null.with.default", "true") != "false")
        {
            Add(FindingSeverity.Loss, "NULL in a column that has a default arrives as that default",
                "value.converter.replace.null.with.default", "false");
        }
        var times = Setting("time.precision.mode", "adaptive");
        if (times == "connect")
            Add(FindingSeverity.Loss, "times lose their microseconds", "time.precision.mode", "isostring");
        else if (times == "nanoseconds")
        {
            Add(FindingSeverity.Risk, "a time outside 1677 to 2262 arrives as null", "time.precision.mode",
                "isostring");
        }
        else if (times != "isostring" && !HasSchemas)
        {
            Add(FindingSeverity.Note,
                "without schemas dates and times look like integers: declare the columns in sources.yaml",
                "time.precision.mode", "isostring");
        }
        if (Setting("binary.handling.mode", "bytes") is "base64" or "hex")
            Add(FindingSeverity.Risk, "an unchanged large bytea may arrive as null", "binary.handling.mode", "bytes");
        if (Setting("interval.handling.mode", "numeric") == "numeric")
        {
            Add(FindingSeverity.Risk, "intervals take a month for 30.4375 days", "interval.handling.mode", "string");
        }
        if (Setting("include.unknown.datatypes", "false") != "true")
        {
            Add(FindingSeverity.Risk, "columns of types that the connector does not know are left out without a word",
                "include.unknown.datatypes", "true");
        }
        foreach (var name in _settings.Keys.Where(static name =>
            name.StartsWith("column.mask.", StringComparison.Ordinal)
            || name.StartsWith("column.truncate.", StringComparison.Ordinal) || name == "column.exclude.list"))
        {
            Add(FindingSeverity.Note, "columns arrive masked, cut or not at all", name,
                "nothing, where that is not meant");
        }
    }

    void CheckOperations()
    {
        var skipped = Setting("skipped.operations", "t");
        if (skipped.Contains('t', StringComparison.Ordinal))
            Add(FindingSeverity.Loss, "TRUNCATE is not sent: the rows stay", "skipped.operations", "none");
        if (skipped != "none" && skipped.AsSpan().ContainsAny('c', 'u', 'd'))
            Add(FindingSeverity.Loss, "inserts, updates or deletes are not sent", "skipped.operations", "none");
        if (Setting("tombstones.on.delete", "true") == "false")
        {
            Add(FindingSeverity.Risk, "a compacted topic keeps deleted rows for ever", "tombstones.on.delete", "true");
        }
        if (Setting("snapshot.mode", "initial") is "no_data" or "never")
        {
            Add(FindingSeverity.Note, "rows from before the start come with their next change only", "snapshot.mode",
                "initial");
        }
    }

    void CheckIdentity()
    {
        if (_settings.ContainsKey("message.key.columns"))
        {
            Add(FindingSeverity.Loss,
                "deletes carry an invented key where these columns are not in the replica identity, and never match",
                "message.key.columns", "nothing (remove it), or REPLICA IDENTITY FULL on these tables");
        }
    }

    void CheckTransforms()
    {
        foreach (var name in Setting("transforms", "").Split(',', StringSplitOptions.TrimEntries))
        {
            var (prefix, type) = ($"transforms.{name}", Setting($"transforms.{name}.type", ""));
            if (type.EndsWith("PartitionRouting", StringComparison.Ordinal))
            {
                Add(FindingSeverity.Loss,
                    "under the default replica identity a delete goes to another partition than its row",
                    $"{prefix}.type", "REPLICA IDENTITY FULL on the tables, or no such transform");
            }
            if (type.Contains(Unwrap, StringComparison.Ordinal))
                CheckUnwrap(prefix);
        }
    }

    void CheckUnwrap(string prefix)
    {
        var mode = Setting($"{prefix}.delete.tombstone.handling.mode", "");
        var old = Setting($"{prefix}.delete.handling.mode", "");
        if (mode == "drop" || (mode.Length == 0 && old is "" or "drop"))
        {
            Add(FindingSeverity.Loss, "deletes are dropped (mode drop, and the default of 2.7)",
                $"{prefix}.delete.tombstone.handling.mode", "rewrite");
        }
        Add(FindingSeverity.Loss, "truncates are dropped by this transform in every mode", $"{prefix}.type",
            "no such transform: Tapline reads whole envelopes");
        var fields = Setting($"{prefix}.add.fields", "");
        if (!fields.Contains("sequence", StringComparison.Ordinal))
        {
            Add(FindingSeverity.Risk, "rows do not say where they stand: what a restart sends again looks new",
                $"{prefix}.add.fields", "op,source.sequence,source.lsn,source.ts_us,source.snapshot");
        }
        if (Setting($"{prefix}.replace.null.with.default", "true") != "false")
        {
            Add(FindingSeverity.Loss, "NULL in a column that has a default arrives as that default",
                $"{prefix}.replace.null.with.default", "false");
        }
    }

    void CheckRunning()
    {
        if (Setting("heartbeat.interval.ms", "0") == "0")
        {
            Add(FindingSeverity.Risk, "while the captured tables are quiet the slot holds back the server's log",
                "heartbeat.interval.ms", "10000");
        }
        if (Setting("event.processing.failure.handling.mode", "fail") is "warn" or "skip" or "ignore")
        {
            Add(FindingSeverity.Loss, "events that the connector fails on are skipped",
                "event.processing.failure.handling.mode", "fail");
        }
        if (Setting("slot.drop.on.stop", "false") == "true")
            Add(FindingSeverity.Loss, "changes made while it is stopped are lost", "slot.drop.on.stop", "false");
        if (Setting("errors.tolerance", "none") == "all")
            Add(FindingSeverity.Loss, "records that fail in Kafka Connect are dropped", "errors.tolerance", "none");
    }

    string Setting(string name, string fallback) => _settings.GetValueOrDefault(name, fallback);

    void Add(FindingSeverity severity, string what, string setting, string value) =>
        _findings.Add(new TopicFinding(severity, what, setting, $"{setting}={value}"));
}
