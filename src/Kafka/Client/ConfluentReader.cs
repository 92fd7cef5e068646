using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using TopicPartition = Tapline.Contracts.Log.TopicPartition;

namespace Tapline.Kafka.Client;

/// <summary>Reads through librdkafka's consumer: for clusters that want TLS or SASL, which our own client does not
/// speak. Costs several times its processor time a record.</summary>
sealed class ConfluentReader(KafkaOptions options, string clientId, TimeProvider time, ILoggerFactory logs)
    : IEventReader
{
    static readonly TimeSpan IdlePause = TimeSpan.FromMilliseconds(5);

    readonly IConsumer<byte[]?, byte[]?> _consumer =
        ClientSettings.BuildConsumer(options, clientId, logs.CreateLogger<ConfluentReader>());

    readonly Dictionary<TopicPartition, ChunkBuilder> _assigned = [];
    readonly List<RecordChunk> _chunks = [];

    public void Assign(TopicPartition partition, long offset)
    {
        // Anew rather than by a seek, which needs a partition that already fetches.
        Unassign(partition);
        _consumer.IncrementalAssign([new TopicPartitionOffset(partition.Topic, partition.Partition, offset)]);
        _assigned[partition] = new ChunkBuilder(partition, offset);
    }

    public void Unassign(TopicPartition partition)
    {
        if (_assigned.Remove(partition))
            _consumer.IncrementalUnassign([new(partition.Topic, partition.Partition)]);
    }

    public async ValueTask<IReadOnlyList<RecordChunk>> PollAsync(TimeSpan wait, int bytesMax, CancellationToken ct)
    {
        _chunks.Clear();
        foreach (var builder in _assigned.Values)
            builder.Clear();
        var started = time.GetTimestamp();
        while (!TryFill(bytesMax))
        {
            var left = wait - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                return _chunks;
            await Task.Delay(left < IdlePause ? left : IdlePause, time, ct);
        }
        ct.ThrowIfCancellationRequested();
        foreach (var builder in _assigned.Values)
        {
            if (builder.TryBuild(out var chunk))
                _chunks.Add(chunk);
        }
        return _chunks;
    }

    public ValueTask DisposeAsync()
    {
        _consumer.Dispose();
        return ValueTask.CompletedTask;
    }

    bool TryFill(int bytesMax)
    {
        long bytes = 0;
        // A zero wait takes what librdkafka has fetched and never blocks the thread.
        while (bytes < bytesMax && Consume() is { } result)
        {
            var partition = new TopicPartition(result.Topic, result.Partition.Value);
            if (_assigned.TryGetValue(partition, out var builder))
                bytes += builder.Add(result);
        }
        return bytes > 0;
    }

    ConsumeResult<byte[]?, byte[]?>? Consume()
    {
        try
        {
            return _consumer.Consume(TimeSpan.Zero);
        }
        catch (ConsumeException failure) when (failure.Error.Code == ErrorCode.Local_AutoOffsetReset)
        {
            var at = failure.ConsumerRecord.TopicPartition;
            var partition = new TopicPartition(at.Topic, at.Partition.Value);
            var held = _consumer.QueryWatermarkOffsets(at, options.RequestTimeout);
            var wanted = _assigned.TryGetValue(partition, out var builder) ? builder.NextOffset : -1;
            throw new OffsetLostException(partition, wanted, new OffsetRange(held.Low.Value, held.High.Value));
        }
        catch (ConsumeException failure) when (failure.Error.Code == ErrorCode.UnknownTopicOrPart)
        {
            return null; // It may be created later; librdkafka asks again by itself.
        }
        catch (KafkaException failure)
        {
            throw new TaplineException($"kafka could not be read: {failure.Error.Reason}", cause: failure);
        }
    }
}
