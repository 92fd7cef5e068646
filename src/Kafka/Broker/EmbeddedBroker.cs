using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Kafka.Broker.Groups;
using Tapline.Kafka.Broker.Log;
using Tapline.Kafka.Broker.Requests;

namespace Tapline.Kafka.Broker;

/// <summary>A Kafka broker inside this process, on 127.0.0.1 alone: topics, idempotent producers, consumer groups,
/// retention and compaction, on disk in a folder of its own. Any Kafka client can use it; it has no
/// transactions.</summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    readonly DirectoryLock _lock;
    readonly TopicCatalog _topics;
    readonly PartitionLog _offsetsLog;
    readonly GroupCoordinator _groups;
    readonly BrokerOptions _options;
    readonly ILogger _logger;
    readonly Socket _listener;
    readonly CancellationTokenSource _stopping = new();
    readonly ConcurrentDictionary<Task, Connection> _connections = [];
    Task _running = Task.CompletedTask;
    bool _disposed;

    EmbeddedBroker(BrokerOptions options, TimeProvider time, ILogger logger, DirectoryLock taken)
    {
        (_options, _logger, _lock) = (options, logger, taken);
        _topics = new TopicCatalog(options, time, logger);
        _offsetsLog = OpenOffsetsLog(options, time, logger);
        var offsets = new OffsetStore(_offsetsLog, time, logger);
        offsets.Load();
        _groups = new GroupCoordinator(offsets, options, time, logger);
        Maintenance = new Maintenance(_topics, _groups, options, time, logger);
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Time = time;
    }

    /// <summary>Where clients connect: <c>127.0.0.1:port</c>.</summary>
    public string BootstrapServers => $"127.0.0.1:{Port}";

    /// <summary>The port it listens on.</summary>
    public int Port { get; private set; }

    internal Maintenance Maintenance { get; }

    internal TopicCatalog Topics => _topics;

    TimeProvider Time { get; }

    /// <summary>Starts a broker; it serves when this returns. Throws <see cref="TaplineException"/> when the folder
    /// belongs to another broker, or the port to somebody else.</summary>
    public static async Task<EmbeddedBroker> StartAsync(
        BrokerOptions options, TimeProvider time, ILoggerFactory logs, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var taken = DirectoryLock.Take(options.DataDirectory);
        EmbeddedBroker? broker = null;
        try
        {
            broker = new EmbeddedBroker(options, time, logs.CreateLogger<EmbeddedBroker>(), taken);
            broker.Listen();
            return broker;
        }
        catch
        {
            taken.Dispose();
            if (broker is not null)
                await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops taking requests, ends the connections, and puts everything on disk.</summary>
    public ValueTask DisposeAsync() => StopAsync(cleanly: true);

    /// <summary>Ends as a killed process would: nothing is flushed, sealed or said.</summary>
    internal ValueTask KillAsync() => StopAsync(cleanly: false);

    async ValueTask StopAsync(bool cleanly)
    {
        if (_disposed)
            return;
        _disposed = true;
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _running;
        await Task.WhenAll(_connections.Keys);
        foreach (var log in _topics.Topics.SelectMany(topic => topic.Partitions).Append(_offsetsLog))
            Close(log, cleanly);
        _lock.Dispose();
        _stopping.Dispose();
        _logger.Stopped();
    }

    void Close(PartitionLog log, bool cleanly)
    {
        try
        {
            if (cleanly)
                log.CloseCleanly();
        }
        catch (IOException failure)
        {
            _logger.MaintenanceFailed(log.Folder, failure); // The next start scans this one.
        }
        log.Dispose();
    }

    static PartitionLog OpenOffsetsLog(BrokerOptions options, TimeProvider time, ILogger logger)
    {
        var settings = new TopicSettings(TopicSettings.Defaults(options), new Dictionary<string, string>
        {
            ["cleanup.policy"] = "compact",
            ["segment.bytes"] = (8 << 20).ToString(),
            ["segment.ms"] = "86400000",
        }.ToFrozenDictionary());
        var folder = Path.Combine(options.DataDirectory, $"{OffsetStore.TopicName}-0");
        var opening = LogRecovery.Open(folder, options.ProducersPerPartitionMax, time.GetUtcNow(), logger);
        return new PartitionLog(folder, settings, opening, logger);
    }

    void Listen()
    {
        try
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, _options.Port));
            _listener.Listen();
        }
        catch (SocketException cause)
        {
            throw new TaplineException($"the broker cannot listen on 127.0.0.1:{_options.Port}: {cause.Message}",
                "give it another port, or 0 for a free one", cause);
        }
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        var services = new BrokerServices(_topics, _groups, new ProducerIds(_options.DataDirectory), _options, Time,
            _logger, Port);
        _running = Task.WhenAll(AcceptAsync(new RequestTable(services), _stopping.Token),
            Maintenance.RunAsync(_stopping.Token), _groups.RunAsync(_stopping.Token));
        _logger.Started(BootstrapServers, _options.DataDirectory);
    }

    async Task AcceptAsync(RequestTable requests, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                Serve(await _listener.AcceptAsync(ct), requests, ct);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException
                or ObjectDisposedException)
            {
                if (ct.IsCancellationRequested)
                    return;
                _logger.ConnectionRefused("a new client", failure.Message);
                await Task.Delay(AcceptPause, Time, CancellationToken.None); // Out of handles, most likely.
            }
        }
    }

    void Serve(Socket socket, RequestTable requests, CancellationToken ct)
    {
        if (_connections.Count >= _options.ConnectionsMax)
        {
            _logger.ConnectionRefused(socket.RemoteEndPoint?.ToString() ?? "a new client",
                $"{_options.ConnectionsMax} connections are the most");
            socket.Dispose();
            return;
        }
        socket.NoDelay = true;
        var connection = new Connection(socket, requests, _options.RequestBytesMax, _logger);
        var running = connection.RunAsync(ct);
        _connections[running] = connection;
        running.GetAwaiter().OnCompleted(() => _connections.TryRemove(running, out _));
    }
}
