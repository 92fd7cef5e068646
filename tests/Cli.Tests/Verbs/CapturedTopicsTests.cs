using System.Text;
using System.Text.Json;
using Tapline.Cli.Configuration;
using Tapline.Cli.Topics;
using Tapline.TestKit;

namespace Tapline.Cli.Tests.Verbs;

/// <summary>Looks at every topic that a real connector wrote: what its settings lose is named, and nothing
/// else.</summary>
public sealed class CapturedTopicsTests
{
    public static TheoryData<string> Files => SharedData.DebeziumFolder is { } folder
        ? new(Directory.EnumerateFiles(folder, "*.jsonl").Select(static path => Path.GetFileName(path)).Order())
        : new("none");

    [Theory, MemberData(nameof(Files))]
    public void What_the_settings_of_a_capture_lose_is_named(string file)
    {
        var found = Topics(file).SelectMany(TopicCheck.Of).ToLookup(
            static finding => $"{finding.Severity} {finding.Fix}", static finding => finding.Where.Split('.')[^1]);
        var lines = found
            .OrderBy(static finding => finding.Key, StringComparer.Ordinal)
            .Select(static finding => $"{finding.Key} | {string.Join(' ', finding.Order(StringComparer.Ordinal))}");
        Assert.Equal(CapturedFindings.Of(file), string.Concat(lines.Select(static line => line + "\n")));
    }

    [Theory, MemberData(nameof(Files))]
    public void What_is_proposed_for_a_capture_is_a_declaration(string file)
    {
        var shapes = Topics(file).Select(TopicShape.Of).ToList();
        var declared = SourcesFile.Parse(SourcesText.Of(shapes), "sources.yaml", static _ => null);
        Assert.Equal(
            shapes.Where(static shape => !shape.Columns.IsEmpty).Select(static shape => shape.Table).Distinct().Count(),
            declared.Tables.Length);
    }

    static List<TopicSample> Topics(string file)
    {
        var folder = SharedData.DebeziumFolder;
        Assert.SkipWhen(folder is null, "the captured events do not lie beside this repository");
        var topics = new Dictionary<string, List<SampledRecord>>();
        foreach (var line in File.ReadLines(Path.Combine(folder!, file)))
        {
            using var record = JsonDocument.Parse(line);
            var topic = record.RootElement.GetProperty("topic").GetString()!;
            // What doctor looks at by itself: prefix.schema.table.
            if (topic.Split('.').Length != 3)
                continue;
            if (!topics.TryGetValue(topic, out var records))
                topics.Add(topic, records = []);
            var partition = record.RootElement.GetProperty("partition") is { ValueKind: JsonValueKind.Number } chosen
                ? chosen.GetInt32()
                : record.RootElement.GetProperty("p4") is { ValueKind: JsonValueKind.Number } hashed
                    ? hashed.GetInt32()
                    : 0;
            records.Add(new SampledRecord(
                partition, records.Count, Bytes(record, "key"), Bytes(record, "value"), IsOurs: false));
        }
        return
        [
            .. topics.OrderBy(static topic => topic.Key, StringComparer.Ordinal)
                .Select(static topic => new TopicSample(topic.Key, topic.Value.Count, topic.Value)),
        ];

        static byte[]? Bytes(JsonDocument record, string name) =>
            record.RootElement.GetProperty(name).GetString() is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }
}
