using System.Net;
using System.Net.Sockets;
using Tapline.Kafka.Client;

namespace Tapline.Kafka.Tests.Client;

/// <summary>Passes bytes on between clients and a server until it cuts the connections, and takes new ones.</summary>
sealed class Relay : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly BrokerAddress _server;
    readonly CancellationTokenSource _stop = new();
    readonly List<TcpClient> _open = [];
    readonly List<Task> _copies = [];
    readonly Task _accepting;

    public Relay(string server)
    {
        _server = BrokerAddress.ParseList(server)[0];
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public BrokerAddress Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>Closes every connection; new ones are taken again.</summary>
    public async Task CutAsync()
    {
        foreach (var client in _open)
            client.Dispose();
        _open.Clear();
        await Task.WhenAll(_copies);
        _copies.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        await CutAsync();
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var server = new TcpClient();
                await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                _open.AddRange([client, server]);
                _copies.AddRange([CopyAsync(client, server), CopyAsync(server, client)]);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception cut) when (cut is IOException or ObjectDisposedException or SocketException)
        {
            // Cut.
        }
    }
}
