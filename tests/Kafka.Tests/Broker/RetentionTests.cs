using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class RetentionTests
{
    [Fact]
    public async Task Segments_go_when_their_newest_record_is_too_old()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, ("retention.ms", "3600000"), ("segment.ms", "600000"));
        await client.ProduceAsync("t", Batches.At(broker.Time.NowMs, "old"));
        broker.Time.Advance(TimeSpan.FromMinutes(30));
        await client.ProduceAsync("t", Batches.At(broker.Time.NowMs, "young"));
        broker.Maintain();
        Assert.Equal(["old"], (await client.FetchAsync("t", 0)).Values());

        broker.Time.Advance(TimeSpan.FromMinutes(31));
        broker.Maintain();
        Assert.Equal(KafkaError.OffsetOutOfRange, (await client.FetchAsync("t", 0)).Error);
        var fetched = await client.FetchAsync("t", 1);
        Assert.Equal(1, fetched.Start);
        Assert.Equal(["young"], fetched.Values());
    }

    [Fact]
    public async Task A_segment_that_is_still_written_goes_too_when_all_of_it_is_too_old()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, ("retention.ms", "1000"));
        await client.ProduceAsync("t", Batches.At(broker.Time.NowMs, "a", "b"));
        broker.Time.Advance(TimeSpan.FromSeconds(10));
        broker.Maintain();
        var fetched = await client.FetchAsync("t", 2);
        Assert.Equal((KafkaError.None, 2, 2), (fetched.Error, fetched.Start, fetched.HighWatermark));
        await broker.KillAndRestartAsync();
        using var again = await broker.ConnectAsync();
        Assert.Equal((KafkaError.None, 2), await again.ProduceAsync("t", Batches.Of("c")));
    }

    [Fact]
    public async Task The_oldest_segments_go_while_the_rest_is_large_enough()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync(
            "t", 1, ("retention.bytes", "5000"), ("segment.bytes", "1024"), ("retention.ms", "-1"));
        for (var i = 0; i < 50; i++)
            await client.ProduceAsync("t", Batches.Of(new string('x', 400)));
        broker.Maintain();
        var left = broker.LogFiles("t").Sum(path => new FileInfo(path).Length);
        Assert.InRange(left, 5000, 5000 + 1024);
        Assert.Equal(50, (await client.FetchAsync("t", 50)).HighWatermark);
    }

    [Fact]
    public async Task A_deleted_range_stays_deleted_after_a_kill_and_its_segments_go()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            await client.CreateTopicAsync("t", 1, ("segment.bytes", "1024"), ("retention.ms", "-1"));
            for (var i = 0; i < 10; i++)
                await client.ProduceAsync("t", Batches.Of($"{i}" + new string('x', 400)));
            var before = broker.LogFiles("t").Length;
            Assert.Equal((7, KafkaError.None), await client.DeleteRecordsAsync("t", 7));
            Assert.Equal(KafkaError.OffsetOutOfRange, (await client.FetchAsync("t", 6)).Error);
            Assert.Equal((KafkaError.None, 7, -1), await client.ListOffsetAsync("t", -2));
            Assert.Equal(KafkaError.OffsetOutOfRange, (await client.DeleteRecordsAsync("t", 11)).Error);
            broker.Maintain();
            Assert.True(broker.LogFiles("t").Length < before);
        }
        await broker.KillAndRestartAsync();
        using var again = await broker.ConnectAsync();
        Assert.Equal(7, (await again.FetchAsync("t", 7)).Start);
        Assert.StartsWith("7", (await again.FetchAsync("t", 7)).Values().First());
        Assert.Equal((10, KafkaError.None), await again.DeleteRecordsAsync("t", -1));
        Assert.Equal((KafkaError.None, 10), await again.ProduceAsync("t", Batches.Of("after")));
    }
}
