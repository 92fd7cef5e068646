using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client;

namespace Tapline.Kafka.Tests.Client;

public sealed class LogReaderTests : IDisposable
{
    readonly MockCluster _cluster = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _cluster.Dispose();

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    public async Task Batches_of_librdkafka_are_read_in_every_codec(string codec)
    {
        await using var log = Open(codec);
        var expected = Enumerable.Range(0, 2000).Select(static n => $"{n} {new string('x', n % 300)}").ToList();
        await AppendAsync(log, expected);
        await using var reader = log.OpenReader("test");
        reader.Assign(new("t", 0), 0);
        var records = await reader.TakeAsync(expected.Count);
        Assert.Equal(expected, records.Select(static record => record.Value));
        Assert.Equal(Enumerable.Range(0, expected.Count), records.Select(static record => (int)record.Offset));
        Assert.All(records, static record => Assert.Equal("7", record.Header));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("lz4")]
    public async Task A_small_poll_gives_a_part_and_the_next_goes_on(string codec)
    {
        await using var log = Open(codec);
        for (var i = 0; i < 20; i++)
            await AppendAsync(log, [$"{i} {new string('x', 9_000)}"]);
        await using var reader = log.OpenReader("test");
        reader.Assign(new("t", 0), 0);
        var next = 0L;
        while (next < 20)
        {
            var chunks = await reader.PollAsync(TimeSpan.FromSeconds(5), 20_000, Ct);
            foreach (var chunk in chunks)
            {
                Assert.InRange(chunk.Count, 1, 3);
                Assert.Equal(next, chunk.Slots.Span[0].Offset);
                next = chunk.NextOffset;
            }
        }
    }

    [Fact]
    public async Task An_empty_poll_ends_when_its_wait_is_over()
    {
        await using var log = Open("lz4");
        await AppendAsync(log, ["x"]);
        await using var reader = log.OpenReader("test");
        reader.Assign(new("t", 0), 1);
        Assert.Empty(await reader.PollAsync(TimeSpan.FromMilliseconds(20), 1000, Ct));
        Assert.Empty(await reader.PollAsync(TimeSpan.Zero, 1000, Ct));
    }

    [Fact]
    public async Task A_topic_that_comes_later_is_waited_for()
    {
        await using var log = Open("lz4");
        await using var reader = log.OpenReader("test");
        reader.Assign(new("t", 0), 0);
        Assert.Empty(await reader.PollAsync(TimeSpan.FromMilliseconds(200), 1000, Ct));
        await AppendAsync(log, ["late"]);
        Assert.Equal("late", Assert.Single(await reader.TakeAsync(1)).Value);
    }

    [Fact]
    public async Task A_reader_without_a_broker_waits_and_can_be_stopped()
    {
        await using var log = new KafkaEventLog(
            new KafkaOptions { BootstrapServers = "127.0.0.1:1" }, TimeProvider.System, NullLoggerFactory.Instance);
        await using var reader = log.OpenReader("test");
        reader.Assign(new("t", 0), 0);
        Assert.Empty(await reader.PollAsync(TimeSpan.FromMilliseconds(200), 1000, Ct));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await reader.PollAsync(TimeSpan.FromMinutes(5), 1000, stop.Token));
    }

    [Fact]
    public async Task A_cancelled_poll_loses_nothing()
    {
        await using var log = Open("lz4");
        await AppendAsync(log, ["first"]);
        await using var reader = log.OpenReader("test");
        reader.Assign(new("t", 0), 0);
        await reader.TakeAsync(1);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await reader.PollAsync(TimeSpan.FromMinutes(5), 1000, stop.Token));
        await AppendAsync(log, ["second"]);
        Assert.Equal("second", Assert.Single(await reader.TakeAsync(1)).Value);
    }

    [Fact]
    public async Task An_unassigned_partition_gives_nothing_any_more()
    {
        await using var log = Open("lz4");
        await AppendAsync(log, ["x"]);
        await using var reader = log.OpenReader("test");
        reader.Assign(new("t", 0), 0);
        reader.Assign(new("t", 1), 0);
        await reader.TakeAsync(1);
        reader.Unassign(new("t", 0));
        await AppendAsync(log, ["y"]);
        Assert.Empty(await reader.PollAsync(TimeSpan.FromMilliseconds(400), 1000, Ct));
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_at_the_exact_offset()
    {
        await using var log = Open("lz4");
        await using var relay = new Relay(_cluster.Servers);
        await AppendAsync(log, ["1", "2", "3"]);
        var fetcher = new BrokerFetcher(
            1,
            relay.Address,
            new KafkaOptions { BootstrapServers = _cluster.Servers },
            "test",
            TimeProvider.System,
            Ct);
        var position = new PartitionPosition(new("t", 0), 1);
        fetcher.Start([position], 1 << 20);
        await fetcher.Pending!;
        Assert.Empty(await fetcher.TakeAsync());
        Assert.Equal(3, position.FetchNext);
        fetcher.Start([position], 1 << 20);
        await relay.CutAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () => await fetcher.TakeAsync());
        fetcher.Disconnect();
        await AppendAsync(log, ["4"]);
        fetcher.Start([position], 1 << 20);
        await fetcher.Pending!;
        Assert.Empty(await fetcher.TakeAsync());
        Assert.Equal(4, position.FetchNext);
        await fetcher.DisposeAsync();
    }

    KafkaEventLog Open(string codec) => new(
        new KafkaOptions
        {
            BootstrapServers = _cluster.Servers,
            Client = new Dictionary<string, string> { ["compression.type"] = codec },
        },
        TimeProvider.System,
        NullLoggerFactory.Instance);

    static async Task AppendAsync(KafkaEventLog log, IEnumerable<string> values)
    {
        await using var producer = log.OpenProducer("test");
        foreach (var value in values)
        {
            await producer.AppendAsync(
                new EventRecord("t", null, Encoding.UTF8.GetBytes(value))
                {
                    Partition = 0,
                    Headers = [new EventHeader("h", "7"u8.ToArray())],
                },
                Ct);
        }
        await producer.FlushAsync(Ct);
    }
}
