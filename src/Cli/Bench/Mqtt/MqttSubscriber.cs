using Tapline.Contracts;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>A subscriber to everything, which acknowledges what it gets and does nothing with it.</summary>
sealed class MqttSubscriber : IAsyncDisposable
{
    const ushort ReceiveMax = 1000;

    readonly MqttClient _client;

    MqttSubscriber(MqttClient client) => _client = client;

    /// <summary>Connects and subscribes.</summary>
    public static async Task<MqttSubscriber> ConnectAsync(int port, TimeProvider time, CancellationToken ct)
    {
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = port };
        var connect = new ConnectPacket(options.Version, "bench-subscriber")
        {
            IsCleanStart = true, Properties = new([new(PropertyId.ReceiveMax, ReceiveMax)]),
        };
        var client = await MqttClient.ConnectAsync(options, connect, time, ct);
        client.TrySend(new SubscribePacket(1, [new TopicSubscription("bar/#", QualityOfService.AtLeastOnce)]));
        if (await client.ReadAsync(ct) is not SubackPacket)
            throw new TaplineException("the subscription was not answered");
        return new MqttSubscriber(client);
    }

    /// <summary>Takes so many messages.</summary>
    public async Task TakeAsync(int messages, CancellationToken ct)
    {
        for (var taken = 0; taken < messages;)
        {
            switch (await _client.ReadAsync(ct))
            {
                case PublishPacket publish:
                    taken++;
                    _client.TrySend(new AcknowledgePacket(PacketType.Puback, publish.PacketId));
                    break;
                case null:
                    throw new TaplineException("the broker has closed the subscriber's connection");
                default:
                    break; // Answers to pings.
            }
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
