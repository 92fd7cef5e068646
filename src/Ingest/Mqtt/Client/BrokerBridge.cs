using Microsoft.Extensions.Logging;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Connections;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Client;

/// <summary>Takes messages from a broker to the log. The broker is told only when the log has a message, in the order
/// in which it sent them; what it was not told of, it sends again.</summary>
public sealed class BrokerBridge
{
    static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(30);
    static readonly TimeSpan DrainWait = TimeSpan.FromSeconds(10);

    readonly BrokerSubscriptionOptions _options;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly MessagePump _pump;

    /// <summary>A bridge; <see cref="RunAsync"/> lets it work.</summary>
    public BrokerBridge(
        BrokerSubscriptionOptions options, MqttBridgeOptions bridge, IEventLog log, TimeProvider time,
        ILoggerFactory logs)
    {
        _options = options;
        _time = time;
        _logger = logs.CreateLogger<BrokerBridge>();
        _pump = new MessagePump(bridge, log, time, _logger);
    }

    /// <summary>What has gone to the log.</summary>
    public BridgeCounters Counters => _pump.Counters;

    /// <summary>Works until cancelled, whatever becomes of the broker or the log; then lets the log acknowledge what
    /// has been read, tells the broker, and returns.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var pumping = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pump = PumpAsync(stop, pumping.Token);
        try
        {
            await KeepConnectedAsync(pump, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop, or the pump is gone.
        }
        await pumping.CancelAsync();
        try
        {
            await pump;
        }
        catch (OperationCanceledException)
        {
            // What it had not brought to the log, the broker still has.
        }
    }

    // A pump that fails for good takes the connection with it.
    async Task PumpAsync(CancellationTokenSource stop, CancellationToken ct)
    {
        try
        {
            await _pump.RunAsync(ct);
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    async Task KeepConnectedAsync(Task pump, CancellationToken ct)
    {
        var backoff = BackoffMin;
        while (true)
        {
            var began = _time.GetTimestamp();
            var reason = await ServeAsync(pump, ct);
            ct.ThrowIfCancellationRequested();
            backoff = _time.GetElapsedTime(began) > BackoffMax ? BackoffMin : backoff;
            _logger.BrokerLost(_options.Broker.ToString(), reason, backoff);
            await Task.Delay(backoff, _time, ct);
            backoff = backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
        }
    }

    // One connection, until it ends: the answer is why.
    async Task<string> ServeAsync(Task pump, CancellationToken ct)
    {
        try
        {
            var connect = new ConnectPacket(_options.Broker.Version, _options.ClientId)
            {
                Properties = _options.Broker.Version == MqttVersion.V5
                    ? new(
                    [
                        new(PropertyId.SessionExpirySeconds, (uint)_options.SessionExpiry.TotalSeconds),
                        new(PropertyId.ReceiveMax, _options.ReceiveMax),
                        new(PropertyId.PacketBytesMax, (uint)_options.Broker.PacketBytesMax),
                    ])
                    : MqttProperties.None,
            };
            await using var client = await MqttClient.ConnectAsync(_options.Broker, connect, _time, ct);
            _logger.BrokerConnected(_options.Broker.ToString(), _options.ClientId,
                client.Connack.IsSessionPresent ? "resumed" : "new");
            var connection = new BridgeConnection(_options, client, _pump, _time);
            try
            {
                return await connection.RunAsync(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                _pump.Complete();
                await Task.WhenAny(pump, Task.Delay(DrainWait, _time, CancellationToken.None));
                await client.DisconnectAsync();
                throw;
            }
        }
        catch (Exception failure) when (failure is MqttRefusedException or MalformedPacketException
            || ConnectionEnd.IsOne(failure))
        {
            return failure.Message;
        }
    }
}
