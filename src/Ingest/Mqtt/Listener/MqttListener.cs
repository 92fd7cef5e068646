using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Security;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Connections;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>Devices connect to it as to a broker; their messages go to the log, and it acknowledges what the log has
/// acknowledged. It delivers to subscribers, too, so that devices and tools find what they expect of a broker.
/// Sessions and retained messages live as long as the process.</summary>
public sealed class MqttListener : IAsyncDisposable
{
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan DrainWait = TimeSpan.FromSeconds(10);

    readonly MqttListenerOptions _options;
    readonly Func<Guid> _newId;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly MessagePump _pump;
    readonly SessionTable _sessions;
    readonly Socket _socket;
    readonly ConcurrentDictionary<ListenerConnection, Task> _connections = new();
    readonly WillOrigin _wills;
    readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int _connectionCount;

    MqttListener(
        MqttListenerOptions options, MqttBridgeOptions bridge, IEventLog log, Func<Guid> newId, TimeProvider time,
        ILogger logger)
    {
        (_options, _newId, _time, _logger) = (options, newId, time, logger);
        _pump = new MessagePump(bridge, log, time, logger);
        _sessions = new SessionTable(options, time, logger);
        _wills = new WillOrigin(_sessions);
        _socket = new Socket(options.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Connections that are open.</summary>
    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    /// <summary>Subscriptions of all clients.</summary>
    public int SubscriptionCount => _sessions.SubscriptionCount;

    /// <summary>What has gone to the log.</summary>
    public BridgeCounters Counters => _pump.Counters;

    /// <summary>Binds the port; <see cref="RunAsync"/> serves it.</summary>
    public static MqttListener Bind(
        MqttListenerOptions options, MqttBridgeOptions bridge, IEventLog log, Func<Guid> newId, TimeProvider time,
        ILoggerFactory logs)
    {
        var listener = new MqttListener(options, bridge, log, newId, time, logs.CreateLogger<MqttListener>());
        try
        {
            listener._socket.Bind(options.Endpoint);
            listener._socket.Listen(backlog: 1024);
        }
        catch (SocketException refused)
        {
            listener._socket.Dispose();
            throw new TaplineException(
                $"cannot listen for devices on {options.Endpoint}: {refused.Message}",
                "stop what uses the port, or choose another (mqtt.listen)", refused);
        }
        listener._logger.Listening(listener.Endpoint.ToString(), options.Certificate is not null);
        return listener;
    }

    /// <summary>Serves until cancelled; then reads no more, lets the log acknowledge what it has got, tells the
    /// devices, and returns.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var pumping = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var pump = _pump.RunAsync(pumping.Token);
        Task[] working = [pump, AcceptAsync(stop.Token), SweepAsync(stop.Token)];
        await Task.WhenAny(working);
        await stop.CancelAsync();
        _socket.Dispose();
        _pump.Complete();
        await Task.WhenAny(pump, Task.Delay(DrainWait, _time, CancellationToken.None));
        _drained.SetResult();
        // How each of them ended has been told where it ended.
        await Task.WhenAll(_connections.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await pumping.CancelAsync();
        try
        {
            await Task.WhenAll(working);
        }
        catch (OperationCanceledException)
        {
            // Stopping is what was asked for.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task AcceptAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                var socket = await _socket.AcceptAsync(ct);
                if (ConnectionCount >= _options.ConnectionsMax)
                {
                    _logger.ConnectionRefused(EndpointOf(socket), "too many connections");
                    socket.Dispose();
                    continue;
                }
                Interlocked.Increment(ref _connectionCount);
                _ = ServeAsync(socket, ct);
            }
            catch (SocketException failure)
            {
                // One connection that is gone before it is accepted, or no more file descriptors for a while.
                _logger.AcceptFailed(failure.Message);
                await Task.Delay(AcceptPause, _time, ct);
            }
        }
    }

    async Task ServeAsync(Socket socket, CancellationToken ct)
    {
        await Task.Yield();
        var endpoint = EndpointOf(socket);
        try
        {
            socket.NoDelay = true;
            await using var network = new NetworkStream(socket, ownsSocket: true);
            var (stream, name) = await SecureAsync(network, ct);
            await using var connection = new MqttConnection(stream, _options.PacketBytesMax, _time);
            var client = new ListenerConnection(
                _options, connection, _sessions, _pump, name, _drained.Task, _newId, _time, _logger);
            var running = client.RunAsync(ct);
            _connections.TryAdd(client, running);
            try
            {
                await running;
            }
            finally
            {
                _connections.TryRemove(client, out _);
                // Before what the device says when it is back.
                await PublishAsync(_sessions.TakeDueWills(), ct);
            }
        }
        catch (AuthenticationException refused)
        {
            _logger.ConnectionRefused(endpoint, refused.Message);
        }
        catch (Exception end) when (end is OperationCanceledException or ChannelClosedException
            || ConnectionEnd.IsOne(end))
        {
            // The device is gone, or was too slow to say who it is.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _logger.ConnectionFailed(endpoint, failure);
        }
        finally
        {
            Interlocked.Decrement(ref _connectionCount);
        }
    }

    async Task<(Stream Stream, string? CertificateName)> SecureAsync(NetworkStream network, CancellationToken ct)
    {
        if (_options.Certificate is null)
            return (network, null);
        var secure = new SslStream(network);
        try
        {
            using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            await secure.AuthenticateAsServerAsync(TlsOptions(_options.Certificate), limit.Token);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
        using var certificate = secure.RemoteCertificate is { } remote ? new X509Certificate2(remote) : null;
        return (secure, certificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
    }

    SslServerAuthenticationOptions TlsOptions(X509Certificate2 certificate)
    {
        var tls = new SslServerAuthenticationOptions { ServerCertificate = certificate };
        if (_options.ClientAuthorities is not { } authorities)
            return tls;
        tls.ClientCertificateRequired = true;
        tls.CertificateChainPolicy = TrustedAuthorities.Policy(authorities);
        // None is let through to the password; one that does not hold is refused.
        tls.RemoteCertificateValidationCallback = static (_, _, _, errors) =>
            (errors & ~SslPolicyErrors.RemoteCertificateNotAvailable) == SslPolicyErrors.None;
        return tls;
    }

    async Task SweepAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(SweepInterval, _time, ct);
            foreach (var silent in _connections.Keys.Where(static client => client.IsSilent))
                _ = silent.TimeOutAsync();
            await PublishAsync(_sessions.Sweep(), ct);
        }
    }

    async ValueTask PublishAsync(List<(Session Session, MqttMessage Will)> wills, CancellationToken ct)
    {
        foreach (var (session, will) in wills)
            await _pump.GiveAsync(_wills.Message(session, will, _time.GetUtcNow()), ct);
    }

    static string EndpointOf(Socket socket) => socket.RemoteEndPoint?.ToString() ?? "(gone)";
}
