using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Configuration;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Ingest.Postgres;
using Tapline.Kafka.Broker;
using Tapline.Kafka.Client;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming;
using Tapline.Streaming.Devices;

namespace Tapline.Cli.Running;

/// <summary>A pipeline's parts in this process, wired as the configuration says. <see cref="RunAsync"/> lets them work,
/// disposing stops what was started.</summary>
sealed class RunningPipeline : IAsyncDisposable
{
    static readonly TimeSpan BrokerPause = TimeSpan.FromMilliseconds(250);

    readonly DuckDbDatabase? _duck;

    RunningPipeline(EmbeddedBroker? broker, IEventLog log, PostgresSource? source, StreamWorker? worker,
        DuckDbDatabase? duck, MqttParts? mqtt)
    {
        (Broker, Log, Source, Worker, _duck, Mqtt) = (broker, log, source, worker, duck, mqtt);
    }

    /// <summary>The embedded broker; null when it runs elsewhere.</summary>
    public EmbeddedBroker? Broker { get; }

    /// <summary>The log.</summary>
    public IEventLog Log { get; }

    /// <summary>The source; null when another process reads it.</summary>
    public PostgresSource? Source { get; }

    /// <summary>What brings device messages in; null when another process does, or there are no devices.</summary>
    public MqttParts? Mqtt { get; }

    /// <summary>The stream worker; null when another process writes the lake.</summary>
    public StreamWorker? Worker { get; }

    /// <summary>Starts the broker, if it is one of the parts, and prepares the others.</summary>
    public static async Task<RunningPipeline> StartAsync(
        PipelineConfig config, PipelineParts parts, TimeProvider time, ILoggerFactory logs, CancellationToken ct)
    {
        EmbeddedBroker? broker = null;
        MqttParts? mqtt = null;
        if (config.Log is LogConfig.Embedded embedded && parts.HasFlag(PipelineParts.Broker))
            broker = await StartBrokerAsync(embedded, config, time, logs, ct);
        try
        {
            var kafka = await ReachLogAsync(config.Log, broker, parts, time, logs, ct);
            var log = new KafkaEventLog(kafka, time, logs);
            if (parts.HasFlag(PipelineParts.Ingest))
                mqtt = MqttParts.Open(config, log, time, logs);
            var source = parts.HasFlag(PipelineParts.Ingest) && (config.Source is not null || mqtt is null)
                ? new PostgresSource(SourceOptions(config), log, time, logs)
                : null;
            if (!parts.HasFlag(PipelineParts.Stream))
                return new RunningPipeline(broker, log, source, worker: null, duck: null, mqtt);
            var duck = DuckDbDatabase.Open(options: new DuckDbOptions
            {
                MemoryBytesMax = config.Stream.MemoryBytesMax / 2,
            });
            var lake = LakeStore.Open(config.Lake, time);
            // A folder's promise is the operating system's; a bucket may be anybody's.
            if (config.Lake.S3 is not null)
                await StoreProbe.RunAsync(lake, NewId(), ct);
            var options = StreamOptions(config);
            var lanes = new SharedLanes(TopicNames.Lanes(config.Name), $"{config.Name}-lanes", options.Lanes);
            var ownership = lanes.Count == 1 ? null : new GroupLaneOwnership(kafka, lanes, log, logs);
            var worker = new StreamWorker(options, log, lake, duck, time, NewId, logs, ownership);
            return new RunningPipeline(broker, log, source, worker, duck, mqtt);
        }
        catch
        {
            if (mqtt is not null)
                await mqtt.DisposeAsync();
            if (broker is not null)
                await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the source needs to know.</summary>
    public static PostgresSourceOptions SourceOptions(PipelineConfig config)
    {
        var source = config.Source ?? throw new TaplineException(
            "the configuration names no source", "add source: { postgres: { connection: … } } to it");
        return new PostgresSourceOptions
        {
            ConnectionString = ConnectionText.Parse(source.Connection).ConnectionString,
            Prefix = config.Name,
            SlotName = source.Slot,
            Publications = source.Publications,
            Tables = source.Tables,
            SnapshotParallelism = source.Parallelism,
            HeartbeatInterval = source.Heartbeat,
            SlotRetainedWarnBytes = source.RetainedWarnBytes,
            SlotRetainedErrorBytes = source.RetainedErrorBytes,
            WritesTransactions = source.Transactions,
            Format = source.Format,
            SignalTable = TableId.Parse(source.Signals),
            SpoolFolder = source.Spool,
        };
    }

    /// <summary>Lets all parts work until cancelled. The first that fails stops the others; its failure is
    /// thrown.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var running = new List<Task>();
        if (Source is not null)
            running.Add(Source.RunAsync(stop.Token));
        if (Mqtt is not null)
            running.AddRange(Mqtt.Run(stop.Token));
        if (Worker is not null)
            running.Add(Worker.RunAsync(stop.Token));
        if (running.Count == 0)
            running.Add(Task.Delay(Timeout.Infinite, stop.Token));
        await Task.WhenAny(running);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException) when (running.TrueForAll(static task => !task.IsFaulted))
        {
            // Stopping is what was asked for.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _duck?.Dispose();
        if (Mqtt is not null)
            await Mqtt.DisposeAsync();
        await Log.DisposeAsync();
        if (Broker is not null)
            await Broker.DisposeAsync();
    }

    /// <summary>An identifier that nobody else has.</summary>
    public static Guid NewId() => new(RandomNumberGenerator.GetBytes(16));

    static Task<EmbeddedBroker> StartBrokerAsync(
        LogConfig.Embedded embedded, PipelineConfig config, TimeProvider time, ILoggerFactory logs,
        CancellationToken ct) =>
        EmbeddedBroker.StartAsync(
            new BrokerOptions
            {
                DataDirectory = embedded.Path,
                Port = embedded.Port,
                MessageBytesMax = Math.Max(config.Stream.MessageBytesMax, 16 << 20),
            },
            time, logs, ct);

    // How the log is reached; waits for a broker that is to be started elsewhere.
    static async Task<KafkaOptions> ReachLogAsync(
        LogConfig log,
        EmbeddedBroker? broker,
        PipelineParts parts,
        TimeProvider time,
        ILoggerFactory logs,
        CancellationToken ct)
    {
        if (log is LogConfig.Cluster cluster)
        {
            return new KafkaOptions { BootstrapServers = cluster.Bootstrap, Client = cluster.Client };
        }
        var address = broker?.BootstrapServers ?? $"127.0.0.1:{((LogConfig.Embedded)log).Port}";
        if (broker is null && parts == PipelineParts.None)
            await RequireBrokerAsync(((LogConfig.Embedded)log).Port, ct);
        else if (broker is null)
            await AwaitBrokerAsync(((LogConfig.Embedded)log).Port, time, logs, ct);
        return new KafkaOptions { BootstrapServers = address };
    }

    /// <summary>A part that is to work for days is started in any order, and also while its broker is started again.
    /// </summary>
    static async Task AwaitBrokerAsync(int port, TimeProvider time, ILoggerFactory logs, CancellationToken ct)
    {
        for (var told = false; ; told = true)
        {
            try
            {
                await RequireBrokerAsync(port, ct);
                return;
            }
            catch (TaplineException absent)
            {
                if (!told)
                    logs.CreateLogger<RunningPipeline>().BrokerAwaited(absent.Message, absent.Hint);
            }
            await Task.Delay(BrokerPause, time, ct);
        }
    }

    /// <summary>Asks at once, because a Kafka client would go on trying for half a minute.</summary>
    static async Task RequireBrokerAsync(int port, CancellationToken ct)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync("127.0.0.1", port, ct);
        }
        catch (SocketException refused)
        {
            throw new TaplineException($"no broker answers on 127.0.0.1:{port}",
                "the embedded broker runs in ./tapline run and in ./tapline broker: start one of them first", refused);
        }
    }

    static StreamOptions StreamOptions(PipelineConfig config) => new()
    {
        Pipeline = config.Name,
        Prefix = config.Name,
        Lanes = config.Stream.Lanes,
        EpochInterval = config.Stream.Epoch,
        EpochIntervalMax = TimeSpan.FromSeconds(Math.Max(30, config.Stream.Epoch.TotalSeconds)),
        EpochBytesMax = config.Stream.MemoryBytesMax / 8,
        MessageBytesMax = config.Stream.MessageBytesMax,
        WholeTransactions = config.Stream.WholeTransactions,
        MergesOnRead = config.Stream.MergesOnRead,
        MaintenanceInterval = config.Stream.CleansUp ? TimeSpan.FromMinutes(10) : null,
        Sources = config.Sources with { Devices = Devices(config) },
        Evolution = config.Stream.Evolution,
        CurrentTables = config.Stream.CurrentTables,
        Windows = config.Windows,
        Models = config.Models,
    };

    // What the levels of a message's topic say stands in every record.
    static DeclaredDevices Devices(PipelineConfig config)
    {
        var fields = (config.Mqtt?.Routes ?? []).SelectMany(static route => route.Fields);
        return config.Sources.Devices.WithTexts(fields.Except(DeviceLayout.Reserved, StringComparer.Ordinal));
    }
}
