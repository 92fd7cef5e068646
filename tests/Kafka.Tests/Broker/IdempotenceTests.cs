using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class IdempotenceTests
{
    [Fact]
    public async Task A_repeated_batch_gets_its_first_offset_and_is_stored_once()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        var id = await client.InitProducerIdAsync();
        for (var i = 0; i < 5; i++)
            Assert.Equal((KafkaError.None, 2 * i), await ProduceAsync(client, id, 0, 2 * i, "a", "b"));
        for (var i = 0; i < 5; i++)
            Assert.Equal((KafkaError.None, 2 * i), await ProduceAsync(client, id, 0, 2 * i, "a", "b"));
        Assert.Equal(10, (await client.FetchAsync("t", 0)).HighWatermark);
    }

    [Fact]
    public async Task A_gap_in_the_sequence_is_refused()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        await ProduceAsync(client, 7, 0, 0, "a");
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(client, 7, 0, 2, "c")).Error);
        Assert.Equal((KafkaError.None, 1), await ProduceAsync(client, 7, 0, 1, "b"));
    }

    [Fact]
    public async Task An_older_epoch_is_fenced_and_a_newer_one_begins_at_zero()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        await ProduceAsync(client, 7, 1, 0, "a");
        Assert.Equal(KafkaError.InvalidProducerEpoch, (await ProduceAsync(client, 7, 0, 1, "b")).Error);
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(client, 7, 2, 1, "b")).Error);
        Assert.Equal((KafkaError.None, 1), await ProduceAsync(client, 7, 2, 0, "b"));
    }

    [Fact]
    public async Task Sequences_wrap_to_zero()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        await ProduceAsync(client, 7, 0, int.MaxValue - 1, "a", "b");
        Assert.Equal((KafkaError.None, 2), await ProduceAsync(client, 7, 0, 0, "c"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_memory_of_producers_survives_a_stop_and_a_kill(bool kill)
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            await client.CreateTopicAsync("t", 1, ("segment.bytes", "1024"));
            for (var i = 0; i < 20; i++)
                await ProduceAsync(client, 7, 0, i, new string('x', 200));
        }
        await (kill ? broker.KillAndRestartAsync() : broker.RestartAsync());
        using var again = await broker.ConnectAsync();
        Assert.Equal((KafkaError.None, 16), await ProduceAsync(again, 7, 0, 16, new string('x', 200)));
        Assert.Equal(KafkaError.OutOfOrderSequenceNumber, (await ProduceAsync(again, 7, 0, 21, "gap")).Error);
        Assert.Equal((KafkaError.None, 20), await ProduceAsync(again, 7, 0, 20, "next"));
    }

    [Fact]
    public async Task No_producer_id_is_given_twice_even_after_a_kill()
    {
        await using var broker = await TestBroker.StartAsync();
        HashSet<long> ids = [];
        for (var run = 0; run < 3; run++)
        {
            using (var client = await broker.ConnectAsync())
                for (var i = 0; i < 3; i++)
                    Assert.True(ids.Add(await client.InitProducerIdAsync()));
            await broker.KillAndRestartAsync();
        }
    }

    static Task<(KafkaError Error, long Offset)> ProduceAsync(
        WireClient client, long producerId, short epoch, int sequence, params string[] values) =>
        client.ProduceAsync("t", Batches.Sequenced(producerId, epoch, sequence, values));
}
