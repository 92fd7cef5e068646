using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Tapline.Contracts;
using Tapline.Streaming.Windows;

namespace Tapline.Cli.Configuration;

/// <summary>Reads <c>windows</c>: what is kept by key and time over the streams of device messages, and over
/// tables.</summary>
static partial class WindowSettings
{
    const double DaySeconds = 86_400;
    const double LengthSecondsMax = 366 * DaySeconds;
    const int PanesMax = 10_000;

    /// <summary>The windows of a configuration file.</summary>
    public static ImmutableArray<StreamWindow> Read(ConfigSection root)
    {
        var windows = ImmutableArray.CreateBuilder<StreamWindow>();
        var all = root.Section("windows");
        foreach (var name in all?.Names() ?? [])
        {
            if (!Word().IsMatch(name))
                all!.Reject(name, "must be a word of letters, digits, _ and -: the last one of its topic's name");
            if (all!.Section(name) is not { } section)
                continue;
            if (Window(name, section) is { } window)
                windows.Add(window);
            section.Close();
        }
        return windows.ToImmutable();
    }

    static StreamWindow? Window(string name, ConfigSection section)
    {
        var stream = Stream(section);
        var key = section.Texts("key", []).ToImmutableArray();
        if (key.IsEmpty)
            section.Reject("key", "must name one column at least");
        var where = section.Section("where")?.Everything() ?? new Dictionary<string, string>();
        var early = section.Has("early_seconds")
            ? section.Seconds("early_seconds", 1, 0, DaySeconds)
            : (TimeSpan?)null;
        var definition = new WindowDefinition(name, Shape(section), Values(section))
        {
            LatenessUs = Us(section.Seconds("late_seconds", 3600, 0, LengthSecondsMax)),
            Threshold = section.Has("least") ? section.Integer("least", 1, 1, int.MaxValue) : null,
            WindowsMax = section.Integer("windows_max", 1_000_000, 1, 100_000_000),
        };
        try
        {
            definition.Check();
        }
        catch (TaplineException wrong)
        {
            section.Reject(section.Has("gap_seconds") ? "gap_seconds" : "size_seconds", wrong.Message);
            return null;
        }
        return new StreamWindow(definition, stream, key)
        {
            Where = where.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Early = early,
            Time = section.Has("time") ? section.Text("time") : null,
        };
    }

    // A stream of messages is one word, a table two with a dot between.
    static string Stream(ConfigSection section)
    {
        if (!section.Has("table"))
        {
            if (section.Has("time"))
                section.Reject("time", "goes with table: messages of devices happened at their ts");
            var stream = section.Text("stream");
            if (stream.Contains('.', StringComparison.Ordinal))
                section.Reject("stream", "must be a word; for a table write table: schema.name");
            return stream;
        }
        if (section.Has("stream"))
            section.Reject("stream", "and table exclude each other");
        var table = section.Text("table");
        if (table.IndexOf('.', StringComparison.Ordinal) is var dot && (dot < 1 || dot == table.Length - 1))
            section.Reject("table", $"must be schema.name, found \"{table}\"");
        return table;
    }

    static WindowShape Shape(ConfigSection section)
    {
        if (section.Has("gap_seconds"))
        {
            var gap = section.Seconds("gap_seconds", 300, 0.001, LengthSecondsMax);
            return new WindowShape.Session(
                Us(gap), Us(section.Seconds("max_seconds", DaySeconds, gap.TotalSeconds, LengthSecondsMax)));
        }
        var size = section.Seconds("size_seconds", 60, 0.001, LengthSecondsMax);
        var step = section.Seconds("step_seconds", size.TotalSeconds, 0.001, size.TotalSeconds);
        if (size / step > PanesMax)
            section.Reject("step_seconds", $"must be a {PanesMax}th of size_seconds at least");
        return new WindowShape.Fixed(Us(size), Us(step));
    }

    static ImmutableArray<WindowAggregate> Values(ConfigSection section)
    {
        var values = ImmutableArray.CreateBuilder<WindowAggregate>();
        var words = section.Section("values");
        foreach (var (name, text) in words?.Everything() ?? new Dictionary<string, string>())
        {
            var match = Call().Match(text);
            if (match.Success && Kind(match.Groups["kind"].Value) is { } kind
                && (match.Groups["field"].Success || kind == AggregateKind.Count))
                values.Add(new WindowAggregate(name, kind, Field(match)));
            else
                words!.Reject(name, "must be count, or count, sum, avg, min, max or distinct of a column, "
                    + $"like sum(volume_ml), found \"{text}\"");
        }
        if (values.Count == 0)
            section.Reject("values", "must have one value at least, like pours: count");
        return values.ToImmutable();
    }

    static string? Field(Match match) => match.Groups["field"].Success ? match.Groups["field"].Value : null;

    static AggregateKind? Kind(string word) => word switch
    {
        "count" => AggregateKind.Count,
        "sum" => AggregateKind.Sum,
        "avg" => AggregateKind.Average,
        "min" => AggregateKind.Min,
        "max" => AggregateKind.Max,
        "distinct" => AggregateKind.Distinct,
        _ => null,
    };

    static long Us(TimeSpan length) => (long)length.TotalMicroseconds;

    [GeneratedRegex(@"^[A-Za-z0-9_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"^(?<kind>[a-z]+)(\((?<field>[A-Za-z0-9_-]+)\))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Call();
}
