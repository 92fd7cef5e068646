using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.TestKit;

namespace Tapline.Kafka.Tests.Log;

public sealed class MemoryEventLogTests
{
    static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    readonly MemoryEventLog _log = new(TimeProvider.System);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_come_back_in_order_with_key_value_headers_and_time()
    {
        await using var reader = await OpenAsync("t", partitions: 1);
        await AppendAsync(new("t", "k"u8.ToArray(), "v1"u8.ToArray())
        {
            Headers = [new("a", "1"u8.ToArray()), new("tapline.schema", "7"u8.ToArray())],
            TimestampMs = 42,
        });
        await AppendAsync(new("t", null, null));

        var chunk = Assert.Single(await reader.PollAsync(Long, 1 << 20, Ct));
        Assert.Equal(2, chunk.Count);
        Assert.Equal(2, chunk.NextOffset);
        var first = chunk.Slots.Span[0];
        Assert.Equal("k", Encoding.UTF8.GetString(chunk.Key(first)));
        Assert.Equal("v1", Encoding.UTF8.GetString(chunk.Value(first)));
        Assert.Equal(42, first.TimestampMs);
        Assert.True(chunk.TryGetHeader(first, "tapline.schema"u8, out var version));
        Assert.Equal("7", Encoding.UTF8.GetString(version));
        var second = chunk.Slots.Span[1];
        Assert.Equal(1, second.Offset);
        Assert.Equal(-1, second.KeyLength);
        Assert.Equal(-1, second.ValueLength);
    }

    [Fact]
    public async Task A_key_goes_where_java_puts_it()
    {
        await using var reader = await OpenAsync("t", partitions: 4);
        await AppendAsync(new("t", "foobar"u8.ToArray(), "v"u8.ToArray()));
        var chunk = Assert.Single(await reader.PollAsync(Long, 1 << 20, Ct));
        Assert.Equal((-790332482 & int.MaxValue) % 4, chunk.Partition.Partition);
    }

    [Fact]
    public async Task A_waiting_reader_is_woken_by_an_append()
    {
        await using var reader = await OpenAsync("t", partitions: 1);
        var poll = reader.PollAsync(Long, 1 << 20, Ct).AsTask();
        Assert.False(poll.IsCompleted);
        await AppendAsync(new("t", null, "v"u8.ToArray()));
        Assert.Single(await poll);
    }

    [Fact]
    public async Task A_trimmed_offset_is_lost_and_not_skipped()
    {
        await using var reader = await OpenAsync("t", partitions: 1);
        for (var i = 0; i < 3; i++)
            await AppendAsync(new("t", null, "v"u8.ToArray()));
        _log.Trim(new("t", 0), 2);
        var lost = await Assert.ThrowsAsync<OffsetLostException>(
            async () => await reader.PollAsync(Long, 1 << 20, Ct));
        Assert.Equal(new OffsetRange(2, 3), lost.Held);
        Assert.Equal(0, lost.Wanted);
        reader.Assign(new("t", 0), 2);
        Assert.Equal(2, Assert.Single(await reader.PollAsync(Long, 1 << 20, Ct)).Slots.Span[0].Offset);
    }

    [Fact]
    public async Task A_poll_stops_near_its_limit_and_goes_on_where_it_stopped()
    {
        await using var reader = await OpenAsync("t", partitions: 1);
        for (var i = 0; i < 10; i++)
            await AppendAsync(new("t", null, new byte[100]));
        Assert.Equal(3, Assert.Single(await reader.PollAsync(Long, 300, Ct)).Count);
        Assert.Equal(3, Assert.Single(await reader.PollAsync(Long, 300, Ct)).Slots.Span[0].Offset);
    }

    [Fact]
    public async Task An_unknown_topic_refuses_records() => await Assert.ThrowsAsync<TaplineException>(
        () => AppendAsync(new("absent", null, null)));

    [Fact]
    public async Task Group_offsets_are_kept()
    {
        await _log.CommitGroupOffsetsAsync("g", new Dictionary<TopicPartition, long> { [new("t", 0)] = 5 }, Ct);
        Assert.Equal(5, _log.GroupOffsets("g")[new("t", 0)]);
        Assert.Empty(_log.GroupOffsets("other"));
    }

    async Task<IEventReader> OpenAsync(string topic, int partitions)
    {
        await _log.EnsureTopicsAsync([new(topic, partitions)], Ct);
        var reader = _log.OpenReader("test");
        for (var i = 0; i < partitions; i++)
            reader.Assign(new(topic, i), 0);
        return reader;
    }

    async Task AppendAsync(EventRecord record)
    {
        await using var producer = _log.OpenProducer("test");
        await producer.AppendAsync(record, Ct);
        await producer.FlushAsync(Ct);
    }
}
