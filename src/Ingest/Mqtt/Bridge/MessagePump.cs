using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>Brings device messages to the log in their order and tells their origins, in the same order, when the log
/// has acknowledged them. When the log refuses, what it has not acknowledged is sent again, until it takes it:
/// nothing is acknowledged before, and nothing behind it.</summary>
sealed class MessagePump(MqttBridgeOptions options, IEventLog log, TimeProvider time, ILogger logger)
{
    const int BatchMessagesMax = 1000;

    static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(10);

    readonly Channel<DeviceMessage> _waiting = Channel.CreateBounded<DeviceMessage>(
        new BoundedChannelOptions(options.UnacknowledgedMax) { SingleReader = true });
    readonly SemaphoreSlim _room = new(options.UnacknowledgedMax, options.UnacknowledgedMax);
    readonly MessageMapper _mapper = new(options);
    readonly Queue<Batch> _sent = new();
    readonly BridgeCounters _counters = new();
    Task<bool>? _more;

    /// <summary>What has gone through.</summary>
    public BridgeCounters Counters => _counters;

    /// <summary>Gives a message; waits while the log owes too many acknowledgements. Throws
    /// <see cref="ChannelClosedException"/> after <see cref="Complete"/>.</summary>
    public async ValueTask GiveAsync(DeviceMessage message, CancellationToken ct)
    {
        if (!_room.Wait(0, CancellationToken.None))
            await _room.WaitAsync(ct);
        try
        {
            await _waiting.Writer.WriteAsync(message, ct);
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <summary>Takes no more messages; <see cref="RunAsync"/> returns when all are acknowledged.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>Works until <see cref="Complete"/> and all is done, or cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var backoff = BackoffMin;
        while (true)
        {
            try
            {
                await using var producer = log.OpenProducer($"tapline-mqtt-{options.BridgeId}");
                await EnsureTopicsAsync(ct);
                AcknowledgeDelivered();
                foreach (var batch in _sent)
                    await SendAsync(producer, batch, ct);
                await PumpAsync(producer, () => backoff = BackoffMin, ct);
                return;
            }
            catch (TaplineException refused)
            {
                logger.BridgeLogFailed(refused.Message, backoff);
                await Task.Delay(backoff, time, ct);
                backoff = backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
            }
        }
    }

    async Task EnsureTopicsAsync(CancellationToken ct)
    {
        var names = options.Routes.SelectMany(static route => route.Streams).Distinct().Select(options.TopicOf);
        await log.EnsureTopicsAsync(
            [.. names.Append(options.DeadLetterTopic).Select(name => new TopicSpec(name, options.Partitions))], ct);
    }

    // Sends batch after batch and does not wait for one before it sends the next.
    async Task PumpAsync(IEventProducer producer, Action onProgress, CancellationToken ct)
    {
        while (true)
        {
            while (_sent.TryPeek(out var first) && first.Delivered!.IsCompleted)
            {
                await first.Delivered;
                Acknowledge(_sent.Dequeue());
                onProgress();
            }
            if (_waiting.Reader.TryPeek(out _))
            {
                var batch = new Batch(Take());
                _sent.Enqueue(batch);
                await SendAsync(producer, batch, ct);
            }
            else if (_sent.TryPeek(out var oldest))
            {
                // Whichever comes first: an acknowledgement, or more to send.
                await Task.WhenAny(oldest.Delivered!, MoreAsync(ct));
                if (_waiting.Reader.Completion.IsCompleted)
                    await oldest.Delivered!;
            }
            else if (!await MoreAsync(ct))
            {
                return;
            }
        }
    }

    // One wait at a time, over as many rounds as it takes.
    Task<bool> MoreAsync(CancellationToken ct)
    {
        if (_more is not { IsCompleted: false })
            _more = _waiting.Reader.WaitToReadAsync(ct).AsTask();
        return _more;
    }

    // What was delivered before the log refused need not go again.
    void AcknowledgeDelivered()
    {
        while (_sent.TryPeek(out var first) && first.Delivered is { IsCompletedSuccessfully: true })
            Acknowledge(_sent.Dequeue());
    }

    List<DeviceMessage> Take()
    {
        var taken = new List<DeviceMessage>();
        while (taken.Count < BatchMessagesMax && _waiting.Reader.TryRead(out var message))
            taken.Add(message);
        return taken;
    }

    async Task SendAsync(IEventProducer producer, Batch batch, CancellationToken ct)
    {
        foreach (var message in batch.Messages)
        {
            var record = _mapper.Map(message, out var reason);
            if (reason is not null)
                logger.DeadLetter(reason);
            _counters.Count(record is null, reason);
            if (record is { } one)
                await producer.AppendAsync(one, ct);
        }
        batch.Delivered = producer.FlushAsync(ct);
    }

    void Acknowledge(Batch batch)
    {
        foreach (var message in batch.Messages)
            message.Origin.Acknowledged(message);
        _room.Release(batch.Messages.Count);
    }

    sealed class Batch(List<DeviceMessage> messages)
    {
        public List<DeviceMessage> Messages { get; } = messages;

        // Null until all are handed over.
        public Task? Delivered { get; set; }
    }
}
