using Tapline.Contracts;
using Tapline.Kafka.Broker;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class RecoveryTests
{
    [Fact]
    public async Task Acknowledged_records_survive_a_kill()
    {
        await using var broker = await TestBroker.StartAsync(options => options.FlushPolicy = FlushPolicy.None);
        using (var client = await broker.ConnectAsync())
        {
            await client.CreateTopicAsync("t", 1, ("segment.bytes", "1024"));
            for (var i = 0; i < 50; i++)
                await client.ProduceAsync("t", Batches.Of($"{i} {new string('x', 90)}"));
        }
        await broker.KillAndRestartAsync();
        using var again = await broker.ConnectAsync();
        Assert.Equal((KafkaError.None, 50), await again.ProduceAsync("t", Batches.Of("next")));
        Assert.Equal(50, (await again.FetchAsync("t", 50)).Records()[0].Offset);
        Assert.StartsWith("17 ", (await again.FetchAsync("t", 17)).Records()[0].Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(61)]
    [InlineData(70)]
    public async Task A_torn_tail_is_cut_off_and_the_log_goes_on(int tornBytes)
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            await client.CreateTopicAsync("t");
            await client.ProduceAsync("t", Batches.Of("whole"));
        }
        await broker.KillAndRestartAsync(() =>
        {
            using var file = new FileStream(broker.LogFiles("t").Single(), FileMode.Append);
            file.Write(Batches.Of("torn, and long enough for it").AsSpan(0, tornBytes));
        });
        using var again = await broker.ConnectAsync();
        Assert.Equal((KafkaError.None, 1), await again.ProduceAsync("t", Batches.Of("after")));
        Assert.Equal(["whole", "after"], (await again.FetchAsync("t", 0)).Values());
    }

    [Fact]
    public async Task A_damaged_last_batch_is_cut_off()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            await client.CreateTopicAsync("t");
            await client.ProduceAsync("t", Batches.Of("sound"));
            await client.ProduceAsync("t", Batches.Of("damaged"));
        }
        await broker.KillAndRestartAsync(() =>
        {
            using var file = new FileStream(broker.LogFiles("t").Single(), FileMode.Open);
            file.Seek(-3, SeekOrigin.End);
            file.WriteByte(0xFF);
        });
        using var again = await broker.ConnectAsync();
        var fetched = await again.FetchAsync("t", 0);
        Assert.Equal(1, fetched.HighWatermark);
        Assert.Equal(["sound"], fetched.Values());
    }

    [Fact]
    public async Task Lost_or_damaged_indexes_are_built_again()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            await client.CreateTopicAsync("t", 1, ("segment.bytes", "20000"));
            for (var i = 0; i < 100; i++)
                await client.ProduceAsync("t", Batches.At(i, $"{i} {new string('x', 900)}"));
        }
        await broker.Running.DisposeAsync();
        var indexes = Directory.GetFiles(Path.Combine(broker.Folder, "t-0"), "*.index").Order().ToArray();
        Assert.Equal(broker.LogFiles("t").Length, indexes.Length);
        File.Delete(indexes[0]);
        File.WriteAllBytes(indexes[1], [1, 2, 3]);
        await broker.StartAgainAsync();
        using var again = await broker.ConnectAsync();
        for (var offset = 0; offset < 100; offset += 9)
        {
            Assert.StartsWith($"{offset} ", (await again.FetchAsync("t", offset)).Records()[0].Value);
            Assert.Equal((KafkaError.None, offset, offset), await again.ListOffsetAsync("t", offset));
        }
    }

    [Fact]
    public async Task A_segment_that_compaction_had_merged_already_is_not_read_twice()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            await client.CreateTopicAsync("t");
            for (var i = 0; i < 4; i++)
                await client.ProduceAsync("t", Batches.Of($"{i}"));
        }
        await broker.KillAndRestartAsync(() =>
        {
            var log = broker.LogFiles("t").Single();
            var batchBytes = (int)new FileInfo(log).Length / 4;
            File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(log)!, $"{2:D20}.log"),
                File.ReadAllBytes(log)[(2 * batchBytes)..]);
        });
        using var again = await broker.ConnectAsync();
        Assert.Equal(["0", "1", "2", "3"], (await again.FetchAsync("t", 0)).Values());
        Assert.Single(broker.LogFiles("t"));
    }

    [Fact]
    public async Task Two_brokers_cannot_share_a_folder()
    {
        await using var broker = await TestBroker.StartAsync();
        var refusal = await Assert.ThrowsAsync<TaplineException>(broker.StartAgainAsync);
        Assert.Contains(broker.Folder, refusal.Message);
        Assert.Contains(Environment.ProcessId.ToString(), refusal.Message);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_the_folder_is_free_again()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var other = await TestBroker.StartAsync();
        await other.Running.DisposeAsync();
        other.Options.Port = broker.Running.Port;
        var refusal = await Assert.ThrowsAsync<TaplineException>(other.StartAgainAsync);
        Assert.Contains($":{broker.Running.Port}", refusal.Message);
        other.Options.Port = 0;
        await other.StartAgainAsync();
    }
}
