using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Kafka.Client;

/// <summary>Appends through librdkafka's idempotent producer. One task appends and flushes; the reports arrive on
/// librdkafka's poll thread. After a refusal the producer stays failed: what follows would be out of order.</summary>
sealed class KafkaProducer : IEventProducer
{
    static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(5);
    static readonly Headers NoHeaders = [];

    readonly KafkaOptions _options;
    readonly TimeProvider _time;
    readonly IProducer<byte[]?, byte[]?> _producer;
    DeliveryGroup _open;
    Headers _lastHeaders = NoHeaders;
    TaplineException? _failure;

    public KafkaProducer(KafkaOptions options, string clientId, TimeProvider time, ILoggerFactory logs)
    {
        _options = options;
        _time = time;
        _producer = ClientSettings.BuildProducer(
            options, clientId, logs.CreateLogger<KafkaProducer>(), OnError);
        _open = new DeliveryGroup(Task.CompletedTask, OnRefused);
    }

    public async ValueTask AppendAsync(EventRecord record, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        ThrowIfFailed();
        CheckSize(record);
        var partition = new Confluent.Kafka.TopicPartition(record.Topic, record.Partition ?? Partition.Any);
        var message = MessageOf(record);
        while (!TryProduce(partition, message))
        {
            await Task.Delay(QueueFullPause, _time, ct);
            ThrowIfFailed();
        }
    }

    public async Task FlushAsync(CancellationToken ct)
    {
        var closing = _open;
        _open = new DeliveryGroup(closing.Delivered, OnRefused);
        closing.Close();
        await closing.Delivered.WaitAsync(ct);
        ThrowIfFailed();
    }

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }

    bool TryProduce(Confluent.Kafka.TopicPartition partition, Message<byte[]?, byte[]?> message)
    {
        var group = _open;
        group.Add();
        try
        {
            _producer.Produce(partition, message, group.OnReport);
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
        {
            group.Remove();
            return false;
        }
        catch (ProduceException<byte[]?, byte[]?> refused)
        {
            group.Remove();
            throw Refusal(partition.Topic, refused.Error);
        }
    }

    Message<byte[]?, byte[]?> MessageOf(in EventRecord record) => new()
    {
        Key = record.Key?.ToArray(),
        Value = record.Value?.ToArray(),
        Headers = record.Headers is { Count: > 0 } headers ? HeadersOf(headers) : NoHeaders,
        Timestamp = new Timestamp(
            record.TimestampMs ?? _time.GetUtcNow().ToUnixTimeMilliseconds(), TimestampType.CreateTime),
    };

    void CheckSize(in EventRecord record)
    {
        long size = (record.Key?.Length ?? 0) + (long)(record.Value?.Length ?? 0);
        foreach (var header in record.Headers ?? [])
            size += header.Name.Length + header.Value.Length;
        if (size <= _options.RecordBytesMax)
            return;
        throw new TaplineException(
            $"a record of {size} bytes for topic {record.Topic} is larger than the limit of {_options.RecordBytesMax}",
            "Raise the client's RecordBytesMax and the topic's max.message.bytes.");
    }

    void OnRefused(string topic, Error error) => Fail(Refusal(topic, error));

    void OnError(Error error)
    {
        // librdkafka recovers from all others by itself and reports a record it gives up.
        if (error.IsFatal)
            Fail(new TaplineException($"the producer failed: {error.Reason}"));
    }

    /// <summary>Keeps the first failure: the others follow from it.</summary>
    void Fail(TaplineException failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            throw new TaplineException(failure.Message, failure.Hint, failure) { IsTransient = failure.IsTransient };
    }

    // A table's records bear the same headers for as long as its schema stays: they are copied once.
    Headers HeadersOf(IReadOnlyList<EventHeader> headers)
    {
        if (AreLast(headers))
            return _lastHeaders;
        var copied = new Headers();
        foreach (var header in headers)
            copied.Add(header.Name, header.Value.ToArray());
        return _lastHeaders = copied;
    }

    bool AreLast(IReadOnlyList<EventHeader> headers)
    {
        if (headers.Count != _lastHeaders.Count)
            return false;
        for (var i = 0; i < headers.Count; i++)
        {
            var last = _lastHeaders[i];
            if (headers[i].Name != last.Key || !headers[i].Value.Span.SequenceEqual(last.GetValueBytes()))
                return false;
        }
        return true;
    }

    static TaplineException Refusal(string topic, Error error) => new(
        $"topic {topic} did not take a record: {error.Reason}",
        error.Code switch
        {
            ErrorCode.MsgSizeTooLarge => "Raise the topic's max.message.bytes.",
            ErrorCode.Local_MsgTimedOut => "Check that the brokers run and that enough replicas are in sync.",
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition =>
                "Create the topic, or check the number of its partitions.",
            _ => null,
        })
    {
        IsTransient = error.Code == ErrorCode.Local_MsgTimedOut,
    };
}
