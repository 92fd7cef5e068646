using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tapline.TestKit.Faults;

/// <summary>Stands on a loopback port of its own before a server on another one, and does to each connection what a
/// plan says.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    const int BufferBytes = 16 << 10;

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly int _target;
    readonly Func<int, ConnectionFault?> _plan;
    readonly Task _accepting;
    int _connections;

    /// <summary>Starts; <paramref name="plan"/> gives the fault of the n-th connection, from 0, or null for
    /// none.</summary>
    public FaultProxy(int target, Func<int, ConnectionFault?> plan)
    {
        (_target, _plan) = (target, plan);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How many connections were made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                served.Add(ServeAsync(client, _plan(Interlocked.Increment(ref _connections) - 1)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    async Task ServeAsync(Socket client, ConnectionFault? fault)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                if (fault?.Answer is { } answer)
                    await AnswerAsync(client, answer);
                else if (fault?.IsRefused != true)
                    await ConnectAsync(client, fault ?? new ConnectionFault());
                if (fault is not null)
                    client.LingerState = new LingerOption(true, fault.Answer is null ? 0 : 1);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The other side went first.
            }
        }
    }

    // A client may hold the body back until it hears that it is wanted; the head is all that is waited for.
    async Task AnswerAsync(Socket client, string answer)
    {
        var buffer = new byte[BufferBytes];
        var head = new StringBuilder();
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await client.ReceiveAsync(buffer, _stop.Token);
            if (count == 0)
                return;
            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }
        await client.SendAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
        client.Shutdown(SocketShutdown.Send);
        // Until the client has read it: bytes that nobody takes would reset the answer away.
        while (await client.ReceiveAsync(buffer, _stop.Token) > 0)
        {
        }
    }

    async Task ConnectAsync(Socket client, ConnectionFault fault)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
        await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var pumps = new List<Task<bool>>
        {
            PumpAsync(client, server, fault.CutRequestAfter, isSilent: false, cut.Token),
            PumpAsync(server, client, fault.CutResponseAfter, fault.IsSilent, cut.Token),
        };
        while (pumps.Count > 0)
        {
            var done = await Task.WhenAny(pumps);
            pumps.Remove(done);
            if (await done)
                await cut.CancelAsync();
        }
    }

    // True when the connection is to be cut.
    static async Task<bool> PumpAsync(Socket from, Socket to, long? cutAfter, bool isSilent, CancellationToken ct)
    {
        var buffer = new byte[BufferBytes];
        var left = cutAfter ?? long.MaxValue;
        try
        {
            while (true)
            {
                var count = await from.ReceiveAsync(buffer, ct);
                if (count == 0)
                {
                    to.Shutdown(SocketShutdown.Send);
                    return false;
                }
                var passed = (int)Math.Min(count, left);
                for (var sent = 0; !isSilent && sent < passed;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, passed - sent), ct);
                left -= count;
                if (left < 0)
                    return true;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
