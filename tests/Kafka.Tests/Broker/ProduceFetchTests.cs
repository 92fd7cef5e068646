using System.Diagnostics;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class ProduceFetchTests
{
    [Fact]
    public async Task What_was_produced_is_fetched_with_its_offsets()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        Assert.Equal((KafkaError.None, 0), await client.ProduceAsync("t", Batches.Of("a", "b")));
        Assert.Equal((KafkaError.None, 2), await client.ProduceAsync("t", Batches.Of("c")));

        var fetched = await client.FetchAsync("t", 0);
        Assert.Equal((KafkaError.None, 3, 0), (fetched.Error, fetched.HighWatermark, fetched.Start));
        Assert.Equal([(0, null, "a", 1000), (1, null, "b", 1001), (2, null, "c", 1000)], fetched.Records());
        Assert.Equal(["c"], (await client.FetchAsync("t", 2)).Values());
    }

    [Fact]
    public async Task A_batch_with_a_wrong_checksum_is_refused_and_not_stored()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        var batch = Batches.Of("a");
        batch[^1] ^= 1;
        Assert.Equal(KafkaError.CorruptMessage, (await client.ProduceAsync("t", batch)).Error);
        Assert.Equal(0, (await client.FetchAsync("t", 0)).HighWatermark);
    }

    [Fact]
    public async Task Old_formats_two_batches_and_transactions_are_refused()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        var old = Batches.Of("a");
        old[16] = 1;
        Assert.Equal(KafkaError.CorruptMessage, (await client.ProduceAsync("t", old)).Error);
        byte[] two = [.. Batches.Of("a"), .. Batches.Of("b")];
        Assert.Equal(KafkaError.InvalidRecord, (await client.ProduceAsync("t", two)).Error);
        var transactional = Batches.Of("a");
        Assert.True(RecordBatchHeader.TryRead(transactional, out var header));
        (header with { Attributes = 0x10 }).Write(transactional);
        Assert.Equal(KafkaError.InvalidRecord, (await client.ProduceAsync("t", transactional)).Error);
        Assert.Equal(KafkaError.InvalidRequiredAcks, (await client.ProduceAsync("t", Batches.Of("a"), acks: 2)).Error);
    }

    [Fact]
    public async Task A_batch_above_the_topics_limit_is_too_large()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, ("max.message.bytes", "200"));
        var large = Batches.Of(new string('x', 200));
        Assert.Equal(KafkaError.MessageTooLarge, (await client.ProduceAsync("t", large)).Error);
        Assert.Equal(KafkaError.None, (await client.ProduceAsync("t", Batches.Of("x"))).Error);
    }

    [Fact]
    public async Task Without_acks_there_is_no_answer_but_the_records_are_there()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        await client.SendAsync(ApiKey.Produce, 8, w => WireClient.WriteProduce(w, "t", Batches.Of("quiet"), acks: 0));
        // The next answer belongs to the fetch: the client checks its correlation id.
        Assert.Equal(["quiet"], (await client.FetchAsync("t", 0)).Values());
    }

    [Fact]
    public async Task An_append_time_topic_bears_the_brokers_time()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, ("message.timestamp.type", "LogAppendTime"));
        await client.ProduceAsync("t", Batches.Of("a"));
        var fetched = await client.FetchAsync("t", 0);
        Assert.True(RecordBatchHeader.TryRead(fetched.Bytes, out var header));
        Assert.True(header.IsLogAppendTime && RecordBatchHeader.HasValidCrc(fetched.Bytes));
        Assert.Equal(broker.Time.NowMs, header.MaxTimestampMs);
    }

    [Fact]
    public async Task A_waiting_fetch_is_woken_by_an_append()
    {
        await using var broker = await TestBroker.StartAsync();
        using var reader = await broker.ConnectAsync();
        using var writer = await broker.ConnectAsync();
        await writer.CreateTopicAsync("t");
        var waiting = reader.FetchAsync("t", 0, waitMs: 60_000);
        Assert.False(waiting.IsCompleted);
        await writer.ProduceAsync("t", Batches.Of("late"));
        Assert.Equal(["late"], (await waiting).Values());
    }

    [Fact]
    public async Task A_waiting_fetch_comes_back_empty_when_its_time_is_up()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        var watch = Stopwatch.StartNew();
        Assert.Empty((await client.FetchAsync("t", 0, waitMs: 100)).Bytes);
        Assert.True(watch.ElapsedMilliseconds >= 90);
    }

    [Fact]
    public async Task A_fetch_brings_one_whole_batch_even_if_it_is_larger_than_asked_for()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        await client.ProduceAsync("t", Batches.Of(new string('x', 5000)));
        await client.ProduceAsync("t", Batches.Of("y"));
        Assert.Single((await client.FetchAsync("t", 0, partitionBytesMax: 10)).Records());
        Assert.Single((await client.FetchAsync("t", 0, bytesMax: 1)).Records());
        Assert.Equal(["y"], (await client.FetchAsync("t", 1, partitionBytesMax: 10)).Values());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public async Task An_offset_outside_the_log_is_out_of_range(long offset)
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        await client.ProduceAsync("t", Batches.Of("a"));
        Assert.Equal(KafkaError.OffsetOutOfRange, (await client.FetchAsync("t", offset, waitMs: 60_000)).Error);
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await client.FetchAsync("no-such", 0, waitMs: 60_000)).Error);
    }

    [Fact]
    public async Task Reads_cross_from_segment_to_segment()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, ("segment.bytes", "1024"));
        for (var i = 0; i < 60; i++)
            await client.ProduceAsync("t", Batches.Of($"value {i} {new string('x', 100)}"));
        Assert.True(broker.LogFiles("t").Length > 5);
        List<long> offsets = [];
        for (var next = 0L; next < 60;)
        {
            var records = (await client.FetchAsync("t", next)).Records();
            offsets.AddRange(records.Select(record => record.Offset));
            next = records[^1].Offset + 1;
        }
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (long)i), offsets);
    }
}
