using System.Net;
using System.Net.Sockets;

namespace Tapline.Cli.Chaos;

/// <summary>Stands on a loopback port before a store that speaks HTTP, and does to some of the requests what a bad
/// network and an ill store do. Every request has a connection of its own.</summary>
sealed class FaultyGateway : IAsyncDisposable
{
    const int BufferBytes = 64 << 10;
    const int ServedMax = 256;

    static readonly GatewayFault[] _faults = [.. Enum.GetValues<GatewayFault>().Where(
        static fault => fault != GatewayFault.None)];

    static readonly TimeSpan LateMax = TimeSpan.FromSeconds(2);
    static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(30);

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Uri _target;
    readonly double _share;
    readonly TimeProvider _time;
    readonly Random _dice;
    readonly Lock _lock = new();
    readonly SortedDictionary<GatewayFault, long> _counts = [];
    readonly Task _accepting;

    /// <summary>Starts it.</summary>
    /// <param name="target">The store.</param>
    /// <param name="share">Which share of the requests goes wrong.</param>
    /// <param name="seed">Decides which.</param>
    /// <param name="time">The clock.</param>
    public FaultyGateway(Uri target, double share, int seed, TimeProvider time)
    {
        (_target, _share, _dice, _time) = (target, share, new Random(seed), time);
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>Where it is asked.</summary>
    public Uri Endpoint { get; }

    /// <summary>How often each fault happened, and how many requests had none.</summary>
    public IReadOnlyList<(GatewayFault Fault, long Count)> Counts
    {
        get
        {
            lock (_lock)
                return [.. _counts.Select(static pair => (pair.Key, pair.Value))];
        }
    }

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
                served.Add(ServeAsync(client));
                if (served.Count < ServedMax)
                    continue;
                foreach (var done in served.FindAll(static task => task.IsCompleted))
                    await done;
                served.RemoveAll(static task => task.IsCompleted);
            }
        }
        catch (Exception end) when (IsEnd(end))
        {
            await Task.WhenAll(served);
        }
    }

    async Task ServeAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                if (await HttpHead.ReadAsync(client, default, _stop.Token) is { } request)
                    await ServeAsync(client, request, Draw(request.IsWrite));
            }
            catch (Exception end) when (IsEnd(end))
            {
                // One of the sides went first.
                Reset(client);
            }
        }
    }

    GatewayFault Draw(bool isWrite)
    {
        lock (_lock)
        {
            var fault = _dice.NextDouble() < _share ? _faults[_dice.Next(_faults.Length)] : GatewayFault.None;
            if (fault == GatewayFault.Conflict && !isWrite)
                fault = GatewayFault.Busy;
            _counts[fault] = _counts.GetValueOrDefault(fault) + 1;
            return fault;
        }
    }

    async Task ServeAsync(Socket client, HttpHead request, GatewayFault fault)
    {
        switch (fault)
        {
            case GatewayFault.Refused:
                Reset(client);
                return;
            case GatewayFault.Broken:
                await AnswerAsync(client, 500, "InternalError");
                return;
            case GatewayFault.Busy:
                await AnswerAsync(client, 503, "SlowDown");
                return;
            case GatewayFault.Conflict:
                await AnswerAsync(client, 409, "ConditionalRequestConflict");
                return;
            case GatewayFault.Late:
                await Task.Delay(LateMax * Share(), _time, _stop.Token);
                break;
            default:
                break;
        }
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await SendAsync(server, request.Alone(), cut.Token);
        // A body may be asked for first, so both directions are open at once.
        var bodyMax = fault == GatewayFault.RequestCut ? (long)(BufferBytes * Share()) : long.MaxValue;
        var sending = SendBodyAsync(client, server, request.Rest, bodyMax, cut.Token);
        var answering = AnswerAsync(server, client, fault, cut.Token);
        try
        {
            if (await Task.WhenAny(sending, answering) == answering || !await sending)
                await answering;
            if (fault is GatewayFault.RequestCut or GatewayFault.AnswerLost or GatewayFault.AnswerCut)
            {
                Reset(client);
                Reset(server);
            }
        }
        finally
        {
            await cut.CancelAsync();
            await Task.WhenAll(sending, answering).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    // Whether the limit ended it. A store that wants no more has an answer.
    async Task<bool> SendBodyAsync(
        Socket client, Socket server, ReadOnlyMemory<byte> first, long bytesMax, CancellationToken ct)
    {
        try
        {
            return await CopyAsync(client, server, first, bytesMax, ct);
        }
        catch (Exception end) when (IsEnd(end))
        {
            return false;
        }
    }

    async Task AnswerAsync(Socket server, Socket client, GatewayFault fault, CancellationToken ct)
    {
        var rest = ReadOnlyMemory<byte>.Empty;
        while (await HttpHead.ReadAsync(server, rest, ct) is { } head)
        {
            if (head.IsInterim)
            {
                await SendAsync(client, head.Lines, ct);
                rest = head.Rest;
                continue;
            }
            // Whoever has an answer has done what was asked.
            if (fault is GatewayFault.AnswerLost or GatewayFault.RequestCut)
                return;
            if (fault == GatewayFault.Silent)
            {
                await Task.Delay(SilenceMax, _time, ct);
                return;
            }
            ReadOnlyMemory<byte> all = (byte[])[.. head.Lines.Span, .. head.Rest.Span];
            var bytesMax = fault == GatewayFault.AnswerCut ? (long)(all.Length * Share()) : long.MaxValue;
            await CopyAsync(server, client, all, bytesMax, ct);
            return;
        }
    }

    async Task AnswerAsync(Socket client, int status, string code)
    {
        await SendAsync(client, HttpHead.Error(status, code), _stop.Token);
        client.LingerState = new LingerOption(enable: true, seconds: 1);
    }

    // Whether it was the limit that ended it.
    static async Task<bool> CopyAsync(
        Socket from, Socket to, ReadOnlyMemory<byte> first, long bytesMax, CancellationToken ct)
    {
        var left = bytesMax;
        var buffer = new byte[BufferBytes];
        for (var bytes = first; ;)
        {
            var passed = (int)Math.Min(bytes.Length, left);
            await SendAsync(to, bytes[..passed], ct);
            left -= passed;
            if (passed < bytes.Length)
                return true;
            var count = await from.ReceiveAsync(buffer, ct);
            if (count == 0)
                return false;
            bytes = buffer.AsMemory(0, count);
        }
    }

    static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes, ct)..];
    }

    double Share()
    {
        lock (_lock)
            return _dice.NextDouble();
    }

    static void Reset(Socket socket) => socket.LingerState = new LingerOption(enable: true, seconds: 0);

    static bool IsEnd(Exception end) => end is OperationCanceledException or SocketException or ObjectDisposedException;
}
