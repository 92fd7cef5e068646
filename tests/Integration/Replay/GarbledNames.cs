using System.Text;
using System.Text.RegularExpressions;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>Names in streamed records of connectors before version 3: where they are not ASCII each byte of them became
/// a character, sign and all, and the topic is another one than that of the snapshot's rows.</summary>
static partial class GarbledNames
{
    const int TopicWords = 3; // prefix.schema.table

    /// <summary>The records with their true names.</summary>
    public static IEnumerable<CapturedRecord> Mended(IEnumerable<CapturedRecord> records)
    {
        var topics = new Dictionary<string, string>();
        foreach (var record in records)
        {
            var value = record.Value is null ? null : Encoding.UTF8.GetString(record.Value);
            if (value is null || !Garbled().IsMatch(value))
            {
                yield return record with { Topic = topics.GetValueOrDefault(record.Topic, record.Topic) };
                continue;
            }
            var mended = Garbled().Replace(value, static name => TrueName(name.Value));
            var table = SourceTable().Matches(mended)[^1].Groups[1].Value;
            topics[record.Topic] = string.Join(
                '.', record.Topic.Split('.').Take(TopicWords - 1).Append(NotAllowed().Replace(table, "_")));
            yield return record with { Topic = topics[record.Topic], Value = Encoding.UTF8.GetBytes(mended) };
        }
    }

    static string TrueName(string name) =>
        Encoding.UTF8.GetString([.. name.Select(static letter => unchecked((byte)letter))]);

    [GeneratedRegex(@"[\uFF80-\uFFFF]+")]
    private static partial Regex Garbled();

    [GeneratedRegex(@"""table"":""([^""]*)""")]
    private static partial Regex SourceTable();

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex NotAllowed();
}
