using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Devices;

namespace Tapline.Cli.Configuration;

/// <summary>Reads <c>devices</c> and <c>streams</c> of <c>sources.yaml</c>: what device messages are.</summary>
static class DeviceSettings
{
    const double YearSeconds = 366 * 86_400.0;

    // Kafka's topics and Delta's columns take no others; a dot would end the word.
    static readonly SearchValues<char> NameLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    /// <summary>What the file says of devices.</summary>
    public static DeclaredDevices Read(ConfigSection root)
    {
        var declared = new DeclaredDevices { Streams = Streams(root) };
        if (root.Section("devices") is not { } section)
            return declared;
        declared = declared with
        {
            Columns = Columns(section),
            Earliest = Earliest(section, declared.Earliest),
            AheadMax = Length(section, "ahead_max_seconds", declared.AheadMax),
            AheadNoted = Length(section, "ahead_noted_seconds", declared.AheadNoted),
            Lateness = Length(section, "late_seconds", declared.Lateness),
            Table = Table(section),
            Key = section.Text("key", declared.Key),
            ParkedFor = Length(section, "parked_seconds", declared.ParkedFor),
            ParkedMax = section.Integer("parked_max", declared.ParkedMax, 0, 10_000_000),
        };
        section.Close();
        return declared;
    }

    static ImmutableArray<StreamDeclaration> Streams(ConfigSection root)
    {
        var streams = ImmutableArray.CreateBuilder<StreamDeclaration>();
        if (root.Section("streams") is not { } all)
            return [];
        foreach (var name in all.Names())
        {
            if (name.AsSpan().ContainsAnyExcept(NameLetters))
                all.Reject(name, "must be a word of letters, digits, _ and -: the last one of the topic's name");
            if (all.Section(name) is not { } section)
                continue;
            streams.Add(new StreamDeclaration(name)
            {
                Columns = Columns(section),
                OnceBy = [.. section.Texts("once_by", [])],
            });
            section.Close();
        }
        return streams.ToImmutable();
    }

    static ImmutableArray<DeclaredColumn> Columns(ConfigSection section)
    {
        var columns = SourcesFile.Columns(section);
        foreach (var column in columns)
        {
            if (DeviceLayout.Reserved.Contains(column.Name, StringComparer.OrdinalIgnoreCase))
                section.Reject("columns", $"name \"{column.Name}\", which every stream has");
            else if (column.Name.AsSpan().ContainsAnyExcept(NameLetters))
                section.Reject("columns", $"name \"{column.Name}\", which can be no column: leave it in the payload");
            else if (column.Type is null)
                section.Reject("columns", $"give \"{column.Name}\" no type");
        }
        var twice = columns.GroupBy(static column => column.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(static group => group.Count() > 1);
        if (twice is not null)
            section.Reject("columns", $"name \"{twice.Key}\" twice: capital letters tell no columns apart");
        return columns;
    }

    static TableId? Table(ConfigSection section)
    {
        if (!section.Has("table"))
            return null;
        var name = section.Text("table");
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && dot < name.Length - 1)
            return TableId.Parse(name);
        section.Reject("table", "must be a name like schema.table");
        return null;
    }

    static DateTimeOffset Earliest(ConfigSection section, DateTimeOffset fallback)
    {
        if (!section.Has("earliest"))
            return fallback;
        if (DateTimeOffset.TryParseExact(
            section.Text("earliest"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out var earliest))
            return earliest;
        section.Reject("earliest", "must be a date like 2000-01-01");
        return fallback;
    }

    static TimeSpan Length(ConfigSection section, string key, TimeSpan fallback) =>
        section.Seconds(key, fallback.TotalSeconds, 0, YearSeconds);
}
