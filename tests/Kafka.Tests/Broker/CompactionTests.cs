using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class CompactionTests
{
    static readonly (string, string)[] Compacted =
        [("cleanup.policy", "compact"), ("segment.ms", "1000"), ("min.cleanable.dirty.ratio", "0"),
            ("delete.retention.ms", "60000")];

    [Fact]
    public async Task The_last_record_of_each_key_stays_at_its_offset()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, Compacted);
        await client.ProduceAsync("t", Batches.Keyed(1, ("a", "1"), ("b", "1"), ("a", "2")));
        await client.ProduceAsync("t", Batches.Keyed(1, ("a", "3"), ("c", "1")));
        CloseAndCompact(broker);
        Assert.Equal(
            [(1, "b", "1", 1), (3, "a", "3", 1), (4, "c", "1", 1)], (await client.FetchAsync("t", 0)).Records());
        Assert.Equal([(3, "a", "3", 1), (4, "c", "1", 1)], (await client.FetchAsync("t", 2)).Records());
        Assert.Equal((KafkaError.None, 5), await client.ProduceAsync("t", Batches.Keyed(1, ("d", "1"))));
    }

    [Fact]
    public async Task Gzip_batches_are_unpacked_and_codecs_without_a_library_are_left_alone()
    {
        await using var broker = await TestBroker.StartAsync(options => options.Codecs = new WithoutZstd());
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, Compacted);
        var opaque = Batches.Keyed(1, ("a", "0"));
        Assert.True(RecordBatchHeader.TryRead(opaque, out var header));
        (header with { Attributes = (short)RecordCodec.Zstd }).Write(opaque);
        await client.ProduceAsync("t", opaque);
        await client.ProduceAsync("t", Batches.Gzipped(Batches.Keyed(1, ("a", "1"), ("b", "1"))));
        await client.ProduceAsync("t", Batches.Keyed(1, ("a", "2")));
        CloseAndCompact(broker);
        var left = (await client.FetchAsync("t", 0)).Bytes;
        Assert.Equal(opaque[21..], left[21..opaque.Length]);
        Assert.Equal([(2, "b", "1", 1), (3, "a", "2", 1)], (await client.FetchAsync("t", 1)).Records());
    }

    [Fact]
    public async Task A_batch_that_is_garbage_inside_is_kept_and_holds_nothing_up()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, Compacted);
        var garbage = Batches.Keyed(1, ("a", "0"));
        Assert.True(RecordBatchHeader.TryRead(garbage, out var header));
        garbage.AsSpan(RecordBatchHeader.Size).Fill(0xFF);
        header.Write(garbage);
        Assert.Equal((KafkaError.None, 0), await client.ProduceAsync("t", garbage));
        await client.ProduceAsync("t", Batches.Keyed(1, ("a", "1")));
        await client.ProduceAsync("t", Batches.Keyed(1, ("a", "2")));
        CloseAndCompact(broker);
        Assert.Equal([(2, "a", "2", 1)], (await client.FetchAsync("t", 1)).Records());
        Assert.Equal(garbage[21..], (await client.FetchAsync("t", 0)).Bytes[21..garbage.Length]);
        Assert.Equal((KafkaError.None, 0, 1), await client.ListOffsetAsync("t", 0));
    }

    [Fact]
    public async Task A_tombstone_goes_after_its_time_and_uncovers_nothing()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, Compacted);
        await client.ProduceAsync("t", Batches.Keyed(1, ("a", "1"), ("b", "1")));
        await client.ProduceAsync("t", Batches.Keyed(1, ("a", null)));
        CloseAndCompact(broker);
        Assert.Equal([(1, "b", "1", 1), (2, "a", null, 1)], (await client.FetchAsync("t", 0)).Records());

        await client.ProduceAsync("t", Batches.Keyed(1, ("c", "1")));
        broker.Time.Advance(TimeSpan.FromMinutes(2));
        CloseAndCompact(broker);
        Assert.Equal([(1, "b", "1", 1), (3, "c", "1", 1)], (await client.FetchAsync("t", 0)).Records());
        await broker.KillAndRestartAsync();
        using var again = await broker.ConnectAsync();
        Assert.Equal([(1, "b", "1", 1), (3, "c", "1", 1)], (await again.FetchAsync("t", 0)).Records());
    }

    [Fact]
    public async Task Any_history_compacts_to_the_last_value_of_each_key()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        var run = 0;
        var histories = Gen.Choose(0, 5).Zip(Gen.Choose(0, 9)).NonEmptyListOf().ToArbitrary();
        Prop.ForAll(histories, history =>
        {
            var topic = $"t{run++}";
            return CompactsToLastValuesAsync(broker, client, topic, [.. history]).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    static async Task<bool> CompactsToLastValuesAsync(
        TestBroker broker, WireClient client, string topic, (int Key, int Action)[] history)
    {
        await client.CreateTopicAsync(topic, 1, [.. Compacted, ("segment.bytes", "1024")]);
        var expected = new Dictionary<string, string?>();
        foreach (var ((key, action), i) in history.Select((step, i) => (step, i)))
        {
            var value = action == 0 ? null : $"{i}" + new string('x', 50 * action);
            await client.ProduceAsync(topic, Batches.Keyed(1, ($"k{key}", value)));
            expected[$"k{key}"] = value;
            if (action == 9)
                CloseAndCompact(broker);
        }
        CloseAndCompact(broker);
        var end = history.Length;
        List<(long Offset, string? Key, string? Value, long)> records = [];
        for (var next = 0L; next < end;)
        {
            var read = (await client.FetchAsync(topic, next)).Records();
            if (read.Count == 0)
                break;
            records.AddRange(read);
            next = read[^1].Offset + 1;
        }
        var isOrdered = records.Zip(records.Skip(1)).All(pair => pair.First.Offset < pair.Second.Offset);
        var hasNoRepeat = records.Select(record => record.Key).Distinct().Count() == records.Count;
        var actual = records.ToDictionary(record => record.Key!, record => record.Value);
        return isOrdered && hasNoRepeat && expected.All(pair => actual.GetValueOrDefault(pair.Key) == pair.Value);
    }

    static void CloseAndCompact(TestBroker broker)
    {
        broker.Time.Advance(TimeSpan.FromSeconds(2));
        broker.Maintain();
    }
}

/// <summary>A machine without the library for one codec.</summary>
sealed class WithoutZstd : IRecordCodecs
{
    public bool Supports(RecordCodec codec) => codec != RecordCodec.Zstd && RecordCodecs.Instance.Supports(codec);

    public void Decompress(RecordCodec codec, ReadOnlySpan<byte> packed, IBufferWriter<byte> output, int bytesMax) =>
        RecordCodecs.Instance.Decompress(codec, packed, output, bytesMax);
}
