using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Synthetic;

/// <summary>How the devices of a fleet reach a broker or listener; lets only some of them connect at once.</summary>
sealed class MqttDeviceNetwork(MqttClientOptions options, QualityOfService qos, TimeProvider time)
{
    const int ConnectingMax = 64;
    const uint SessionSeconds = 72 * 3600;

    readonly SemaphoreSlim _connecting = new(ConnectingMax, ConnectingMax);

    public TimeSpan BackoffMin { get; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan BackoffMax { get; } = TimeSpan.FromSeconds(10);

    public TimeProvider Time => time;

    /// <summary>Connects one. Cancelling stops the wait for its turn, not what has begun.</summary>
    public async Task<MqttClient> ConnectAsync(string clientId, DeviceMessageBody? will, CancellationToken ct)
    {
        var connect = new ConnectPacket(options.Version, clientId)
        {
            Will = will is null ? null : MessageOf(will),
            Properties = options.Version == MqttVersion.V5
                ? new([new(PropertyId.SessionExpirySeconds, SessionSeconds)])
                : MqttProperties.None,
        };
        await _connecting.WaitAsync(ct);
        try
        {
            // Not given up half-way: nobody would know whether the broker has the will.
            return await MqttClient.ConnectAsync(options, connect, time, CancellationToken.None);
        }
        finally
        {
            _connecting.Release();
        }
    }

    public MqttMessage MessageOf(DeviceMessageBody body) => MessageOf(body, qos);

    /// <summary>A message as devices send it; <paramref name="qos"/> is that of one whose acknowledgement is waited
    /// for.</summary>
    public static MqttMessage MessageOf(DeviceMessageBody body, QualityOfService qos) => new(
        body.Topic, body.Payload, body.IsAcknowledged ? qos : QualityOfService.AtMostOnce, body.IsRetained);
}
