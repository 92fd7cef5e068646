using System.Globalization;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Schemas;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Every capture, changed at random: both decoders answer alike, never throw, and never take more memory than
/// the record's size allows. <c>TAPLINE_FUZZ_SEEDS</c> is how many seeds are tried.</summary>
public sealed class DecoderFuzzTests(ITestOutputHelper output)
{
    const int FirstSeed = 20261126;
    const int SeedsByDefault = 1;
    const int RecordsAFile = 150;
    const int ValueBytesMax = 40_000;
    const int AllocatedBytesMin = 1 << 20;
    const int AllocatedBytesAByteMax = 200;

    static int Seeds => int.TryParse(
        Environment.GetEnvironmentVariable("TAPLINE_FUZZ_SEEDS"), CultureInfo.InvariantCulture, out var seeds)
        ? seeds
        : SeedsByDefault;

    [Fact]
    public void Both_decoders_agree_on_whatever_a_capture_is_turned_into()
    {
        var corpus = Captures.Files().ToDictionary(static file => file, static file => Corpus(file));
        for (var seed = FirstSeed; seed < FirstSeed + Seeds; seed++)
        {
            var random = new Random(seed);
            var mutated = new MutatedJson(random);
            var statuses = new SortedDictionary<DecodeStatus, int>();
            foreach (var (file, records) in corpus)
            {
                for (var i = 0; i < RecordsAFile && records.Count > 0; i++)
                {
                    var (pair, record) = records[random.Next(records.Count)];
                    pair.Hints = new EventHints(random.Next(4) == 0, null);
                    var (key, value) = Changed(record, records[random.Next(records.Count)].Record, mutated, random);
                    var status = Decode(pair, key, value, $"seed {seed}, {file}");
                    statuses[status] = statuses.GetValueOrDefault(status) + 1;
                }
            }
            output.WriteLine($"seed {seed}: {string.Join(", ", statuses)}");
        }
    }

    static (byte[]? Key, byte[] Value) Changed(
        CapturedRecord record, CapturedRecord other, MutatedJson mutated, Random random)
    {
        var key = random.Next(10) == 0 ? other.Key : record.Key;
        if (key is not null && random.Next(10) == 0)
            key = mutated.Of(key);
        var value = record.Value!;
        switch (random.Next(6))
        {
            case 0:
                return (key, value[..random.Next(value.Length)]);
            case 1:
                var spliced = other.Value!;
                return (key, [.. value.Take(random.Next(value.Length)), .. spliced.Skip(random.Next(spliced.Length))]);
            case 2:
                var flipped = value.ToArray();
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                return (key, flipped);
            default:
                return (key, mutated.Of(value));
        }
    }

    static DecodeStatus Decode(DecoderPair pair, byte[]? key, byte[] value, string where)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        DecodeStatus status;
        try
        {
            status = pair.Decode(key, value).Status;
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{where}: {failure}\nkey {Text(key)}\nvalue {Text(value)}");
            throw;
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(
            allocated < AllocatedBytesMin + (long)AllocatedBytesAByteMax * value.Length,
            $"{where}: {allocated} bytes for {value.Length}\nvalue {Text(value)}");
        return status;
    }

    // Records that carry their schema are decoded under it, the others under what the database had in the end.
    static List<(DecoderPair Pair, CapturedRecord Record)> Corpus(string file)
    {
        var records = Captures.Records(file)
            .Where(static record => record.Value is { Length: > 0 and < ValueBytesMax }).ToList();
        var prefix = records.FirstOrDefault(static record => record.Topic.Count(static c => c == '.') == 2)
            ?.Topic.Split('.')[0] ?? "";
        string[] databases =
            ["db_final.json", "restart_db_final.json", "bulk_db_final.json", "edge_db_final.json", "inc_db_final.json"];
        var byTopic = databases
            .SelectMany(database => Captures.Tables(database, prefix, Format(file)))
            .ToDictionary(static table => table.Key, static table => new DecoderPair(table.Value.Schema));
        var bySchema = new Dictionary<string, DecoderPair?>();
        var corpus = new List<(DecoderPair, CapturedRecord)>();
        foreach (var record in records)
        {
            var pair = InlineSchema.IsCarriedBy(record.Value)
                ? Inline(record, bySchema)
                : byTopic.GetValueOrDefault(record.Topic);
            if (pair is not null)
                corpus.Add((pair, record));
        }
        return corpus;
    }

    static DecoderPair? Inline(CapturedRecord record, Dictionary<string, DecoderPair?> known)
    {
        var schema = InlineSchema.Parse(record.Value, out var payload);
        var prefix = record.Topic + Encoding.UTF8.GetString(record.Value.AsSpan(0, payload));
        if (known.TryGetValue(prefix, out var pair))
            return pair;
        var key = InlineSchema.KeyColumns(record.Key, record.Key is null);
        var table = schema is null ? null : InlineSchema.Table(schema, key, new TableId("s", "t"), declared: null);
        known.Add(prefix, pair = table is null ? null : new DecoderPair(table));
        return pair;
    }

    static WireFormat Format(string file) => file[..3] switch
    {
        "c08" => WireFormat.DebeziumDefault with { UnavailablePlaceholder = "__unavailable__" },
        "c09" => WireFormat.DebeziumDefault with { Form = EventForm.Flattened },
        _ => WireFormat.DebeziumDefault,
    };

    static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);
}
