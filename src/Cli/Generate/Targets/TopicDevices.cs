using Tapline.Cli.Generate.Fleet;
using Tapline.Cli.Simulation.Taps;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Packets;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Targets;

/// <summary>Writes taps' messages to the log's topics, as a listener would that they are connected to, at the
/// business's time.</summary>
sealed class TopicDevices : IBarTarget
{
    static readonly IMessageOrigin Nobody = new NoOrigin();

    readonly IEventProducer _producer;
    readonly MessageMapper _mapper;

    TopicDevices(IEventProducer producer, MqttBridgeOptions options) =>
        (_producer, _mapper) = (producer, new MessageMapper(options));

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>Makes the topics and opens them.</summary>
    public static async Task<TopicDevices> OpenAsync(
        IEventLog log, string prefix, int partitions, CancellationToken ct)
    {
        var options = new MqttBridgeOptions
        {
            Prefix = prefix, BridgeId = "generator", Routes = [TapStreams.Route], Partitions = partitions,
        };
        var forever = new Dictionary<string, string> { ["retention.ms"] = "-1" };
        await log.EnsureTopicsAsync(
        [
            .. TapStreams.Route.Streams.Select(options.TopicOf).Append(options.DeadLetterTopic)
                .Select(topic => new TopicSpec(topic, partitions, forever)),
        ], ct);
        return new TopicDevices(log.OpenProducer("tapline-generate-devices"), options);
    }

    /// <inheritdoc/>
    public ValueTask TakeAsync(BarEvent happened, CancellationToken ct) => happened switch
    {
        BarEvent.Publish publish => AppendAsync(publish.Message.Body, happened.AtMs, ct),
        BarEvent.Lose { Will: { } will } => AppendAsync(will, happened.AtMs, ct),
        _ => default,
    };

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken ct) => _producer.FlushAsync(ct);

    public ValueTask DisposeAsync() => _producer.DisposeAsync();

    ValueTask AppendAsync(DeviceMessageBody body, long atMs, CancellationToken ct)
    {
        var message = new DeviceMessage(
            MqttDeviceNetwork.MessageOf(body, QualityOfService.AtLeastOnce), PacketId: 0, IsDuplicate: false,
            DateTimeOffset.FromUnixTimeMilliseconds(atMs + BarFleet.LatencyMs), Nobody);
        if (_mapper.Map(message, out _) is not { } record)
            return default;
        Count++;
        return _producer.AppendAsync(record, ct);
    }

    sealed class NoOrigin : IMessageOrigin
    {
        public void Acknowledged(DeviceMessage message)
        {
            // Nobody waits: all is flushed at the end.
        }
    }
}
