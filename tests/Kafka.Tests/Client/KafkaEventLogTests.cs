using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client;

namespace Tapline.Kafka.Tests.Client;

public sealed class KafkaEventLogTests : IDisposable
{
    const int MockPartitions = 4;
    readonly MockCluster _cluster = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _cluster.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_appended_is_read_with_key_value_header_and_time(bool confluent)
    {
        await using var log = Open();
        await AppendAsync(
            log,
            new("t", "foobar"u8.ToArray(), "v1"u8.ToArray())
            {
                Headers = [new("other", ""u8.ToArray()), new("h", "7"u8.ToArray())],
                TimestampMs = 1234,
            },
            new("t", null, null) { Partition = 1 },
            new("t", ""u8.ToArray(), ""u8.ToArray()) { Partition = 1 });

        await using var reader = OpenReader(log, confluent);
        AssignAll(reader, "t");
        var records = await reader.TakeAsync(3);
        var partition = new TopicPartition("t", Murmur2.Partition("foobar"u8, MockPartitions));
        Assert.Contains(new ReadRecord(partition, 0, 1234, "foobar", "v1", "7"), records);
        var others = records.Where(static record => record.Partition.Partition == 1).ToList();
        Assert.Equal([(0, null, null), (1, "", "")], others.Select(static r => ((int)r.Offset, r.Key, r.Value)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reading_starts_in_the_middle_of_a_batch_and_can_go_back(bool confluent)
    {
        await using var log = Open();
        await AppendAsync(log, [.. Enumerable.Range(0, 1000).Select(static n => Record("t", 1, n))]);
        await using var reader = OpenReader(log, confluent);
        reader.Assign(new("t", 1), 990);
        var tail = await reader.TakeAsync(10);
        Assert.Equal(Enumerable.Range(990, 10).Select(static n => $"{n}"), tail.Select(static record => record.Value));
        reader.Assign(new("t", 1), 3);
        var again = await reader.TakeAsync(997);
        Assert.Equal(Enumerable.Range(3, 997).Select(static n => $"{n}"), again.Select(static record => record.Value));
        Assert.Equal(Enumerable.Range(3, 997), again.Select(static record => (int)record.Offset));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_offset_behind_the_end_is_lost_and_names_what_is_held(bool confluent)
    {
        await using var log = Open();
        await AppendAsync(log, Record("t", 0, 1), Record("t", 0, 2));
        await using var reader = OpenReader(log, confluent);
        reader.Assign(new("t", 0), 17);
        var lost = await Assert.ThrowsAsync<OffsetLostException>(() => reader.TakeAsync(1));
        Assert.Equal(new TopicPartition("t", 0), lost.Partition);
        Assert.Equal(new OffsetRange(0, 2), lost.Held);
        Assert.Equal(17, lost.Wanted);
    }

    [Fact]
    public async Task Offsets_say_what_is_held()
    {
        await using var log = Open();
        await AppendAsync(log, Record("t", 3, 1), Record("t", 3, 2), Record("t", 3, 3));
        Assert.Equal(new OffsetRange(0, 3), await log.OffsetsAsync(new("t", 3), Ct));
    }

    [Fact]
    public async Task Topics_are_listed_with_their_partitions()
    {
        await using var log = Open();
        await AppendAsync(log, Record("one", 0, 1), Record("two", 0, 1));
        Assert.Equal([new("one", MockPartitions), new("two", MockPartitions)], await log.ListTopicsAsync(Ct));
    }

    [Fact]
    public async Task A_record_over_the_limit_is_refused_with_its_size_and_topic()
    {
        await using var log = Open(options => options.RecordBytesMax = 1000);
        await using var producer = log.OpenProducer("test");
        var refused = await Assert.ThrowsAsync<TaplineException>(
            async () => await producer.AppendAsync(new("t", null, new byte[1001]), Ct));
        Assert.Contains("1001", refused.Message, StringComparison.Ordinal);
        Assert.Contains("topic t", refused.Message, StringComparison.Ordinal);
        await producer.AppendAsync(new("t", null, new byte[1000]), Ct);
        await producer.FlushAsync(Ct);
    }

    [Fact]
    public async Task A_full_queue_makes_the_producer_wait_and_loses_nothing()
    {
        await using var log = Open(options => options.QueueBytesMax = 64 << 10);
        var value = new byte[10_000];
        await AppendAsync(log, [.. Enumerable.Repeat(new EventRecord("t", null, value) { Partition = 0 }, 200)]);
        Assert.Equal(new OffsetRange(0, 200), await log.OffsetsAsync(new("t", 0), Ct));
    }

    [Fact]
    public async Task A_record_that_no_broker_takes_fails_the_flush_and_what_follows()
    {
        await using var log = Open(static options => options.Client = new Dictionary<string, string>
        {
            ["message.timeout.ms"] = "300",
        });
        _cluster.Dispose();
        await using var producer = log.OpenProducer("test");
        await producer.AppendAsync(Record("gone", 0, 1), Ct);
        var failure = await Assert.ThrowsAsync<TaplineException>(() => producer.FlushAsync(Ct));
        Assert.Contains("gone", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TaplineException>(async () => await producer.AppendAsync(Record("gone", 0, 2), Ct));
    }

    [Fact]
    public async Task Group_offsets_reach_the_cluster()
    {
        await using var log = Open();
        await AppendAsync(log, Record("t", 0, 1));
        await log.CommitGroupOffsetsAsync("lag", new Dictionary<TopicPartition, long> { [new("t", 0)] = 1 }, Ct);
        using var consumer = ClientSettings.BuildConsumer(
            new KafkaOptions { BootstrapServers = _cluster.Servers }, "lag", NullLogger.Instance);
        var stored = consumer.Committed([new("t", 0)], TimeSpan.FromSeconds(10));
        Assert.Equal(1, Assert.Single(stored).Offset.Value);
    }

    KafkaEventLog Open(Action<KafkaOptions>? change = null)
    {
        var options = new KafkaOptions { BootstrapServers = _cluster.Servers };
        change?.Invoke(options);
        return new KafkaEventLog(options, TimeProvider.System, NullLoggerFactory.Instance);
    }

    IEventReader OpenReader(KafkaEventLog log, bool confluent)
    {
        var options = new KafkaOptions { BootstrapServers = _cluster.Servers };
        return confluent
            ? new ConfluentReader(options, "test", TimeProvider.System, NullLoggerFactory.Instance)
            : log.OpenReader("test");
    }

    static void AssignAll(IEventReader reader, string topic)
    {
        for (var i = 0; i < MockPartitions; i++)
            reader.Assign(new(topic, i), 0);
    }

    static EventRecord Record(string topic, int partition, int number) =>
        new(topic, null, Encoding.UTF8.GetBytes($"{number}")) { Partition = partition };

    static async Task AppendAsync(KafkaEventLog log, params EventRecord[] records)
    {
        await using var producer = log.OpenProducer("test");
        foreach (var record in records)
            await producer.AppendAsync(record, Ct);
        await producer.FlushAsync(Ct);
    }
}
