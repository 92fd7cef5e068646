using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Kafka.Broker;
using Tapline.Kafka.Client;

namespace Tapline.Kafka.Tests.Client;

/// <summary>Our client against our broker: what the two must do together.</summary>
public sealed class EmbeddedLogTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("tapline-log-").FullName;
    EmbeddedBroker _broker = null!;
    KafkaEventLog _log = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await StartAsync(port: 0);
        _log = new KafkaEventLog(
            new KafkaOptions { BootstrapServers = _broker.BootstrapServers },
            TimeProvider.System,
            NullLoggerFactory.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Topics_are_created_once_and_left_alone_after()
    {
        await _log.EnsureTopicsAsync([new("a", 2), new("b", 1)], Ct);
        await _log.EnsureTopicsAsync([new("a", 5), new("c", 3)], Ct);
        Assert.Equal([new("a", 2), new("b", 1), new("c", 3)], await _log.ListTopicsAsync(Ct));
    }

    [Fact]
    public async Task Records_of_many_partitions_come_back_complete_and_in_order()
    {
        const int partitions = 6;
        const int count = 20_000;
        await _log.EnsureTopicsAsync([new("t", partitions)], Ct);
        await using (var producer = _log.OpenProducer("test"))
        {
            for (var i = 0; i < count; i++)
            {
                var key = Encoding.UTF8.GetBytes($"key-{i % 97}");
                await producer.AppendAsync(new("t", key, Encoding.UTF8.GetBytes($"{i}")), Ct);
            }
            await producer.FlushAsync(Ct);
        }
        await using var reader = _log.OpenReader("test");
        for (var i = 0; i < partitions; i++)
            reader.Assign(new("t", i), 0);
        var records = await reader.TakeAsync(count);
        Assert.Equal(count, records.Select(static record => record.Value).Distinct().Count());
        Assert.All(records, static record => Assert.Equal(
            Murmur2.Partition(Encoding.UTF8.GetBytes(record.Key!), partitions), record.Partition.Partition));
        foreach (var partition in records.GroupBy(static record => record.Partition))
        {
            Assert.Equal(Enumerable.Range(0, partition.Count()), partition.Select(static record => (int)record.Offset));
            var numbers = partition.Select(static record => int.Parse(record.Value!)).ToList();
            Assert.Equal(numbers.Order(), numbers);
        }
    }

    [Fact]
    public async Task A_reader_goes_on_where_it_was_after_the_broker_came_back()
    {
        await _log.EnsureTopicsAsync([new("t", 1)], Ct);
        await AppendAsync("1", "2");
        await using var reader = _log.OpenReader("test");
        reader.Assign(new("t", 0), 0);
        await reader.TakeAsync(2);

        var port = BrokerAddress.ParseList(_broker.BootstrapServers)[0].Port;
        await _broker.DisposeAsync();
        Assert.Empty(await reader.PollAsync(TimeSpan.FromMilliseconds(300), 1000, Ct));
        _broker = await StartAsync(port);
        await AppendAsync("3");
        var record = Assert.Single(await reader.TakeAsync(1));
        Assert.Equal((2L, "3"), (record.Offset, record.Value));
    }

    [Fact]
    public async Task A_record_that_the_topic_will_not_take_fails_the_flush_by_name()
    {
        await _log.EnsureTopicsAsync([new("t", 1)], Ct);
        await using var producer = _log.OpenProducer("test");
        var noise = new byte[3 << 20];
        new Random(5).NextBytes(noise);
        await producer.AppendAsync(new("t", null, noise), Ct);
        var failure = await Assert.ThrowsAsync<TaplineException>(() => producer.FlushAsync(Ct));
        Assert.Contains("topic t ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("max.message.bytes", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offsets_of_an_absent_topic_are_an_error_and_of_an_empty_one_zero()
    {
        await _log.EnsureTopicsAsync([new("t", 1)], Ct);
        Assert.Equal(new OffsetRange(0, 0), await _log.OffsetsAsync(new("t", 0), Ct));
        await Assert.ThrowsAsync<TaplineException>(() => _log.OffsetsAsync(new("absent", 0), Ct));
    }

    [Fact]
    public async Task Who_asks_for_offsets_while_the_broker_starts_again_is_told_them()
    {
        await _log.EnsureTopicsAsync([new("t", 1)], Ct);
        await AppendAsync("1");
        var port = BrokerAddress.ParseList(_broker.BootstrapServers)[0].Port;
        await _broker.DisposeAsync();
        var asked = _log.OffsetsAsync(new("t", 0), Ct);
        // Long enough for the client to find nobody there.
        await Task.Delay(500, Ct);
        _broker = await StartAsync(port);
        Assert.Equal(new OffsetRange(0, 1), await asked);
    }

    [Fact]
    public async Task Group_offsets_are_stored_without_a_member()
    {
        await _log.EnsureTopicsAsync([new("t", 1)], Ct);
        await AppendAsync("1");
        await _log.CommitGroupOffsetsAsync("lag", new Dictionary<TopicPartition, long> { [new("t", 0)] = 1 }, Ct);
        using var consumer = ClientSettings.BuildConsumer(
            new KafkaOptions { BootstrapServers = _broker.BootstrapServers }, "lag", NullLogger.Instance);
        var stored = consumer.Committed([new("t", 0)], TimeSpan.FromSeconds(10));
        Assert.Equal(1, Assert.Single(stored).Offset.Value);
    }

    Task<EmbeddedBroker> StartAsync(int port) => EmbeddedBroker.StartAsync(
        new BrokerOptions { DataDirectory = _folder, Port = port },
        TimeProvider.System,
        NullLoggerFactory.Instance,
        Ct);

    async Task AppendAsync(params string[] values)
    {
        await using var producer = _log.OpenProducer("test");
        foreach (var value in values)
            await producer.AppendAsync(new("t", null, Encoding.UTF8.GetBytes(value)) { Partition = 0 }, Ct);
        await producer.FlushAsync(Ct);
    }
}
