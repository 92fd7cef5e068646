using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Tests.Mqtt.Listener;

/// <summary>A listener on a free port before a log in memory.</summary>
sealed class ListenerServer : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly MqttListener _listener;
    readonly Task _running;

    public ListenerServer(MqttListenerOptions? options = null)
    {
        _listener = MqttListener.Bind(
            (options ?? Open) with { Endpoint = new IPEndPoint(IPAddress.Loopback, 0) },
            TapRoutes.Options, Log, Guid.NewGuid, TimeProvider.System, NullLoggerFactory.Instance);
        _running = _listener.RunAsync(_stop.Token);
    }

    public static MqttListenerOptions Open { get; } = new()
    {
        Accounts = DeviceAccounts.Anyone, Rules = TopicRules.Open,
    };

    public GatedLog Log { get; } = new();

    public MqttListener Listener => _listener;

    public int Port => _listener.Endpoint.Port;

    /// <summary>Connects a client of our own, which acknowledges nothing by itself.</summary>
    public Task<MqttClient> ConnectAsync(
        string id, CancellationToken ct, MqttVersion version = MqttVersion.V5, bool isCleanStart = true,
        params MqttProperty[] properties) =>
        MqttClient.ConnectAsync(
            new MqttClientOptions { Host = "127.0.0.1", Port = Port, Version = version },
            new ConnectPacket(version, id) { IsCleanStart = isCleanStart, Properties = new(properties) },
            TimeProvider.System, ct);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        Log.Open();
        await StopAsync();
        await _listener.DisposeAsync();
        _stop.Dispose();
    }
}
