using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class TimeLookupTests
{
    [Fact]
    public async Task The_first_record_at_or_after_a_time_is_found_in_any_segment_and_batch()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, ("segment.bytes", "4096"), ("retention.ms", "-1"));
        for (var i = 0; i < 100; i++)
        {
            var batch = Batches.At(1000 + i * 10, [.. Enumerable.Range(0, 5).Select(_ => new string('x', 50))]);
            await client.ProduceAsync("t", i % 2 == 0 ? batch : Batches.Gzipped(batch));
        }
        // Batch i holds the times 1000+10i to 1004+10i at the offsets 5i to 5i+4.
        Assert.Equal((KafkaError.None, 0, 1000), await client.ListOffsetAsync("t", 0));
        Assert.Equal((KafkaError.None, 3, 1003), await client.ListOffsetAsync("t", 1003));
        Assert.Equal((KafkaError.None, 5, 1010), await client.ListOffsetAsync("t", 1005));
        Assert.Equal((KafkaError.None, 287, 1572), await client.ListOffsetAsync("t", 1572));
        Assert.Equal((KafkaError.None, 499, 1994), await client.ListOffsetAsync("t", 1994));
        Assert.Equal((KafkaError.None, -1, -1), await client.ListOffsetAsync("t", 1995));
        Assert.Equal((KafkaError.None, 500, -1), await client.ListOffsetAsync("t", -1));
        Assert.Equal((KafkaError.None, 0, -1), await client.ListOffsetAsync("t", -2));
    }
}
