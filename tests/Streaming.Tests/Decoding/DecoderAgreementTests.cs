using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>The fast decoder may leave a record to the plain one, but never answers differently: checked on what a real
/// connector wrote, whole and damaged.</summary>
public sealed class DecoderAgreementTests(ITestOutputHelper output)
{
    const int Seed = 20261121;
    const int MutationsAFile = 3_000;

    static readonly WireFormat Text = new(DecimalMode.String, TimeMode.IsoString, BinaryMode.Base64);
    static readonly WireFormat UrlSafe =
        new(DecimalMode.Precise, TimeMode.AdaptiveTimeMicroseconds, BinaryMode.Base64UrlSafe);

    [Fact]
    public void Both_decoders_agree_on_every_captured_record()
    {
        foreach (var file in Captures.Files())
        {
            var pairs = Pairs(file);
            var statuses = new SortedDictionary<DecodeStatus, int>();
            foreach (var record in Captures.Records(file))
            {
                if (!pairs.TryGetValue(record.Topic, out var pair))
                    continue;
                var status = pair.Decode(record.Key, record.Value).Status;
                statuses[status] = statuses.GetValueOrDefault(status) + 1;
            }
            var deferred = pairs.Values.Sum(static pair => pair.DeferredCount);
            output.WriteLine($"{file}: {string.Join(", ", statuses)}, deferred {deferred}");
        }
    }

    [Fact]
    public void Both_decoders_agree_on_damaged_records()
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        foreach (var file in Captures.Files())
        {
            var pairs = Pairs(file);
            var records = Captures.Records(file)
                .Where(record => record.Value is { Length: < 20_000 } && pairs.ContainsKey(record.Topic)).ToList();
            if (records.Count == 0)
                continue;
            var accepted = 0;
            for (var i = 0; i < MutationsAFile; i++)
            {
                var record = records[random.Next(records.Count)];
                var other = records[random.Next(records.Count)];
                var key = random.Next(8) == 0 ? Damaged(record.Key, other.Key, random) : record.Key;
                var value = Damaged(record.Value, other.Value, random);
                accepted += pairs[record.Topic].Decode(key, value).Status == DecodeStatus.Row ? 1 : 0;
            }
            var deferred = pairs.Values.Sum(static pair => pair.DeferredCount);
            output.WriteLine($"{file}: {accepted} of {MutationsAFile} still rows, deferred {deferred}");
        }
    }

    static Dictionary<string, DecoderPair> Pairs(string file)
    {
        var format = file.StartsWith("c03", StringComparison.Ordinal) ? Text
            : file.StartsWith("c05", StringComparison.Ordinal) ? UrlSafe
            : file.StartsWith("c08", StringComparison.Ordinal)
                ? WireFormat.DebeziumDefault with { UnavailablePlaceholder = "__unavailable__" }
                : WireFormat.DebeziumDefault;
        var prefix = Captures.Records(file).Select(static record => record.Topic)
            .First(static topic => topic.Count(static c => c == '.') == 2).Split('.')[0];
        string[] databases =
            ["db_final.json", "restart_db_final.json", "bulk_db_final.json", "edge_db_final.json", "inc_db_final.json"];
        return databases.SelectMany(database => Captures.Tables(database, prefix, format))
            .ToDictionary(static table => table.Key, static table => new DecoderPair(table.Value.Schema));
    }

    /// <summary>A few bytes flipped, put in, taken out, doubled, or taken from another record.</summary>
    static byte[]? Damaged(byte[]? source, byte[]? other, Random random)
    {
        if (source is null || source.Length == 0)
            return source;
        var bytes = new List<byte>(source);
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 1; times--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.Insert(at, Interesting(random));
                    break;
                case 2:
                    bytes[at] = Interesting(random);
                    break;
                case 3:
                    bytes.RemoveRange(at, length);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 5 when other is { Length: > 0 }:
                    var start = random.Next(other.Length);
                    bytes.InsertRange(at, other.Skip(start).Take(random.Next(1, 40)));
                    break;
                default:
                    bytes.RemoveRange(at, random.Next(4) == 0 ? bytes.Count - at : 1);
                    break;
            }
        }
        return [.. bytes];
    }

    static byte Interesting(Random random)
    {
        var characters = "\"\\{}[],:0123456789-+.eEtfnul crd_ \t\nDu\u007f\u0001"u8;
        return characters[random.Next(characters.Length)];
    }
}
