using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Tapline.Kafka.Client;

namespace Tapline.Kafka.Tests.Broker;

/// <summary>The broker against the client that the world uses.</summary>
public class ConfluentPeerTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public async Task Records_come_back_whole_and_in_order_in_every_codec(CompressionType codec)
    {
        await using var broker = await StartAsync();
        using (var producer = Producer(broker, codec))
        {
            for (var i = 0; i < 500; i++)
                producer.Produce("t", new()
                {
                    Key = $"k{i}",
                    Value = $"v{i} {new string('x', 200)}",
                    Headers = [new("h", [1])],
                });
            producer.Flush(Patience);
        }
        using var consumer = Consumer(broker, "g");
        consumer.Assign(new TopicPartitionOffset("t", 0, Offset.Beginning));
        for (var i = 0; i < 500; i++)
        {
            var record = consumer.Consume(Patience);
            Assert.Equal((i, $"k{i}", 1), (record.Offset.Value, record.Message.Key, record.Message.Headers.Count));
            Assert.StartsWith($"v{i} ", record.Message.Value);
        }
    }

    [Fact]
    public async Task An_idempotent_producer_lives_through_kills_of_the_broker_without_loss_or_repeat()
    {
        await using var broker = await StartAsync();
        broker.Options.Port = broker.Running.Port; // It comes back where clients look for it.
        using var producer = Producer(broker, CompressionType.Lz4);
        var failures = 0;
        for (var i = 0; i < 3000; i++)
        {
            producer.Produce("t", new() { Key = "k", Value = $"{i}" }, report =>
            {
                if (report.Error.IsError)
                    Interlocked.Increment(ref failures);
            });
            if (i % 1000 == 500)
            {
                producer.Poll(TimeSpan.Zero);
                await broker.KillAndRestartAsync();
            }
        }
        producer.Flush(Patience);
        Assert.Equal(0, failures);
        using var consumer = Consumer(broker, "g");
        consumer.Assign(new TopicPartitionOffset("t", 0, Offset.Beginning));
        for (var i = 0; i < 3000; i++)
            Assert.Equal((i, $"{i}"), (consumer.Consume(Patience) is var r ? r.Offset.Value : -1, r.Message.Value));
        Assert.Equal(3000, consumer.QueryWatermarkOffsets(new("t", 0), Patience).High);
    }

    [Fact]
    public async Task A_group_goes_on_where_it_committed()
    {
        await using var broker = await StartAsync();
        using (var producer = Producer(broker, CompressionType.None))
        {
            for (var i = 0; i < 10; i++)
                producer.Produce("t", new() { Key = "k", Value = $"{i}" });
            producer.Flush(Patience);
        }
        using (var first = Consumer(broker, "g"))
        {
            first.Subscribe("t");
            for (var i = 0; i < 4; i++)
                first.Commit(first.Consume(Patience));
            first.Close();
        }
        await broker.RestartAsync();
        using var second = Consumer(broker, "g");
        second.Subscribe("t");
        Assert.Equal("4", second.Consume(Patience).Message.Value);
        second.Close();
    }

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Two_members_share_the_partitions_and_one_takes_all_when_the_other_goes(
        PartitionAssignmentStrategy strategy)
    {
        await using var broker = await StartAsync();
        var servers = new AdminClientConfig { BootstrapServers = broker.Running.BootstrapServers };
        using var admin = new AdminClientBuilder(servers).Build();
        await admin.CreateTopicsAsync(
            [new TopicSpecification { Name = "p4", NumPartitions = 4, ReplicationFactor = 1 }]);
        using var first = Consumer(broker, "g", strategy);
        using var second = Consumer(broker, "g", strategy);
        first.Subscribe("p4");
        Pump(() => first.Assignment.Count == 4, first);
        second.Subscribe("p4");
        Pump(() => first.Assignment.Count == 2 && second.Assignment.Count == 2, first, second);
        Assert.Empty(first.Assignment.Intersect(second.Assignment));
        second.Close();
        Pump(() => first.Assignment.Count == 4, first);
        first.Close();
    }

    static async Task<TestBroker> StartAsync()
    {
        try
        {
            Librdkafka.EnsureLoaded();
        }
        catch (DllNotFoundException absent)
        {
            Assert.Skip(absent.Message);
        }
        return await TestBroker.StartAsync();
    }

    static IProducer<string, string> Producer(TestBroker broker, CompressionType codec) =>
        new ProducerBuilder<string, string>(new ProducerConfig
        {
            BootstrapServers = broker.Running.BootstrapServers,
            EnableIdempotence = true,
            CompressionType = codec,
            LingerMs = 1,
            ReconnectBackoffMaxMs = 100,
        }).SetLogHandler((_, _) => { }).Build();

    static IConsumer<string, string> Consumer(TestBroker broker, string group,
        PartitionAssignmentStrategy strategy = PartitionAssignmentStrategy.Range) =>
        new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = broker.Running.BootstrapServers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            SessionTimeoutMs = 6000,
            HeartbeatIntervalMs = 200,
            PartitionAssignmentStrategy = strategy,
        }).SetLogHandler((_, _) => { }).Build();

    static void Pump(Func<bool> isDone, params IConsumer<string, string>[] consumers)
    {
        while (!isDone())
        {
            Ct.ThrowIfCancellationRequested();
            foreach (var consumer in consumers)
                consumer.Consume(TimeSpan.FromMilliseconds(20));
        }
    }
}
