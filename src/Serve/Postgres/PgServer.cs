using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Postgres;

/// <summary>The lake over PostgreSQL's protocol, for reading: psql, drivers and what is built on them.</summary>
public sealed class PgServer : IAsyncDisposable
{
    readonly PgServerOptions _options;
    readonly GuardedSql _sql;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly TcpListener _listener;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<int, Task> _connections = new();
    readonly ConcurrentDictionary<int, int> _secrets = new();
    readonly Task _accepting;
    int _last;

    PgServer(PgServerOptions options, GuardedSql sql, TimeProvider time, ILogger logger, TcpListener listener)
    {
        (_options, _sql, _time, _logger, _listener) = (options, sql, time, logger, listener);
        _accepting = AcceptAsync(_stop.Token);
    }

    /// <summary>Where it answers.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Starts to answer. Throws <see cref="SocketException"/> when the port is taken.</summary>
    public static PgServer Start(PgServerOptions options, GuardedSql sql, TimeProvider time, ILoggerFactory logs)
    {
        var listener = new TcpListener(options.Endpoint);
        listener.Start();
        return new PgServer(options, sql, time, logs.CreateLogger<PgServer>(), listener);
    }

    /// <summary>Stops to answer and ends all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stop.Dispose();
    }

    async Task AcceptAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(ct);
            }
            catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                // The client has gone already, or there are no sockets left for the moment.
                _logger.PgConnectionFailed(failure.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(20), _time, CancellationToken.None);
                continue;
            }
            var number = ++_last;
            var isNoted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[number] = ServeAsync(number, socket, isNoted.Task, ct);
            isNoted.SetResult();
        }
    }

    async Task ServeAsync(int number, Socket socket, Task isNoted, CancellationToken ct)
    {
        await isNoted;
        socket.NoDelay = true;
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await AnswerAsync(number, stream, ct);
        }
        catch (OperationCanceledException)
        {
            // The server stops, or the client has not come in in time.
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException)
        {
            _logger.PgConnectionFailed(failure.Message);
        }
        finally
        {
            _secrets.TryRemove(number, out _);
            _connections.TryRemove(number, out _);
        }
    }

    async Task AnswerAsync(int number, Stream stream, CancellationToken ct)
    {
        var login = new PgLogin(_options);
        using var clock = new CancellationTokenSource(_options.LoginMax, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        if (await login.ReceiveAsync(stream, either.Token) is not { } arrival)
            return;
        await using var channel = arrival.Channel;
        if (arrival.Cancels is { } key)
        {
            Cancel(key.Process, key.Secret);
            return;
        }
        var secret = RandomNumberGenerator.GetInt32(int.MaxValue);
        try
        {
            if (_connections.Count > _options.ConnectionsMax)
                throw new PgException("53300", $"there are {_options.ConnectionsMax} connections already");
            var caller = await login.AdmitAsync(arrival, either.Token);
            _secrets[number] = secret;
            PgLogin.Greet(channel.Output, number, secret);
            using var session = new PgSession(channel, caller, _sql, IdOf(number), _time, _logger);
            await session.RunAsync(ct);
        }
        catch (PgException refused)
        {
            _logger.PgLoginRefused(refused.State);
            PgError.Write(channel.Output, refused, "FATAL");
            await channel.FlushAsync(ct);
        }
    }

    void Cancel(int process, int secret)
    {
        if (_secrets.TryGetValue(process, out var known) && known == secret)
            _sql.Cancel(IdOf(process), static _ => true);
    }

    static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"\npg {number}");
}
