using System.Net.Security;
using System.Net.Sockets;
using Tapline.Ingest.Mqtt.Connections;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Client;

/// <summary>One connection to a broker, after CONNACK. Acknowledges nothing by itself. One task reads; any may
/// send.</summary>
sealed class MqttClient : IAsyncDisposable
{
    static readonly TimeSpan LastWordsWait = TimeSpan.FromSeconds(2);

    readonly MqttConnection _connection;
    readonly ITimer _pings;

    MqttClient(MqttConnection connection, ConnackPacket connack, TimeSpan keepAlive, TimeProvider time)
    {
        _connection = connection;
        Connack = connack;
        _pings = time.CreateTimer(_ => Ping(keepAlive), null, keepAlive / 2, keepAlive / 2);
    }

    /// <summary>The broker's answer.</summary>
    public ConnackPacket Connack { get; }

    /// <summary>Bytes that wait to be sent.</summary>
    public int PendingBytes => _connection.PendingBytes;

    /// <summary>Connects. Throws <see cref="MqttRefusedException"/>, or what says that nobody is there.</summary>
    public static async Task<MqttClient> ConnectAsync(
        MqttClientOptions options, ConnectPacket connect, TimeProvider time, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        MqttConnection? connection = null;
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, limit.Token);
            var stream = await SecureAsync(new NetworkStream(socket, ownsSocket: true), options, limit.Token);
            connection = new MqttConnection(stream, options.PacketBytesMax, time) { Version = options.Version };
            connection.TrySend(connect with
            {
                Version = options.Version,
                KeepAliveSeconds = (ushort)Math.Min(options.KeepAlive.TotalSeconds, ushort.MaxValue),
                UserName = options.User,
                Password = options.Password,
            });
            if (await connection.ReadAsync(limit.Token) is not ConnackPacket connack)
                throw new IOException("the broker closed the connection before CONNACK");
            if (connack.Reason != ReasonCode.Success)
                throw new MqttRefusedException(connack.Reason, "the connection");
            connection.PeerBytesMax = connack.Properties.Number(PropertyId.PacketBytesMax) ?? uint.MaxValue;
            var keepAlive = connack.Properties.Number(PropertyId.ServerKeepAliveSeconds) is { } seconds and > 0
                ? TimeSpan.FromSeconds(seconds)
                : options.KeepAlive;
            return new MqttClient(connection, connack, keepAlive, time);
        }
        catch (Exception failure)
        {
            if (connection is not null)
                await connection.DisposeAsync();
            socket.Dispose();
            if (failure is OperationCanceledException && !ct.IsCancellationRequested)
                throw new IOException($"no answer within {options.ConnectTimeout}", failure);
            throw;
        }
    }

    /// <summary>The next packet; null when the broker has closed the connection.</summary>
    public ValueTask<IMqttPacket?> ReadAsync(CancellationToken ct) => _connection.ReadAsync(ct);

    /// <summary>Queues a packet. False when the broker is gone or does not take one of this size.</summary>
    public bool TrySend(IMqttPacket packet) => _connection.TrySend(packet);

    /// <summary>Says goodbye, so that the will is not published; the connection is closed by disposing.</summary>
    public async Task DisconnectAsync()
    {
        _connection.TrySend(new DisconnectPacket(ReasonCode.Success));
        await _connection.CompleteAsync(LastWordsWait);
    }

    /// <summary>Ends the connection at once, without goodbye.</summary>
    public async ValueTask DisposeAsync()
    {
        await _pings.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // A broker that does not even answer pings is gone, whatever the network says.
    void Ping(TimeSpan keepAlive)
    {
        if (_connection.Silence > keepAlive * 2)
            _connection.Abort();
        else
            _connection.TrySend(PingPacket.Request);
    }

    static async Task<Stream> SecureAsync(NetworkStream network, MqttClientOptions options, CancellationToken ct)
    {
        if (options.Tls is null)
            return network;
        var secure = new SslStream(network);
        await secure.AuthenticateAsClientAsync(options.Tls, ct);
        return secure;
    }
}
