using System.Globalization;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Chaos;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>An embedded broker and an ingest for devices, and a worker where one is wanted, each in a process of its
/// own.</summary>
sealed class MqttPipeline : IAsyncDisposable
{
    const string Stream = "bar.iot.pour";

    /// <summary>The window that the worker keeps: of each device how many messages there were, and when the last was
    /// sent.</summary>
    const string Window = """
        sources: sources.yaml
        windows:
          last_pours:
            stream: pour
            key: [device_id]
            size_seconds: 60
            early_seconds: 0.01
            values: { pours: count, sent_us: max(sent_us) }
        """;

    const string Sources = "streams: { pour: { columns: { sent_us: bigint } } }";

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    readonly ChaosFolder _folder;
    readonly PipelinePart _broker;
    readonly PipelinePart _ingest;
    readonly PipelinePart? _worker;
    readonly KafkaEventLog _log;
    readonly TimeProvider _time;

    MqttPipeline(ChaosFolder folder, int logPort, bool hasWorker, TimeProvider time, ILoggerFactory logs)
    {
        (_folder, _time) = (folder, time);
        _worker = hasWorker ? new PipelinePart("stream", folder, time) : null;
        _broker = new PipelinePart("broker", folder, time);
        _ingest = new PipelinePart("ingest", folder, time);
        _log = new KafkaEventLog(new KafkaOptions { BootstrapServers = $"127.0.0.1:{logPort}" }, time, logs);
    }

    /// <summary>The process that devices or a broker talk to.</summary>
    public int IngestId => _ingest.ProcessId;

    /// <summary>The topic of the window's results.</summary>
    public static TopicPartition Results { get; } = new("bar.live.last_pours", 0);

    /// <summary>The log.</summary>
    public IEventLog Log => _log;

    /// <summary>Starts them: devices connect to the listener on <paramref name="port"/>, or the bridge connects to the
    /// broker that is there.</summary>
    public static async Task<MqttPipeline> StartAsync(
        string path, int port, bool isBridge, TimeProvider time, ILoggerFactory logs, CancellationToken ct,
        bool hasWorker = false)
    {
        var folder = ChaosFolder.Create(path);
        var logPort = LoopbackServer.FreePort();
        var way = isBridge ? $$"""broker: { address: "mqtt://127.0.0.1:{{port}}" }"""
            : $$"""listen: { address: "127.0.0.1:{{port}}", connections_max: 1000000 }""";
        await File.WriteAllTextAsync(folder.Config, string.Create(CultureInfo.InvariantCulture,
            $$"""
            pipeline: bar
            log: { embedded: { path: log, port: {{logPort}} } }
            lake: { path: lake }
            mqtt:
              routes:
                taps:
                  topic: bar/v1/{account_id}/{location_id}/{device_id}/{stream}
                  streams: { pour: pour }
                  key: device_id
              {{way}}
            {{(hasWorker ? Window : "")}}

            """), ct);
        await File.WriteAllTextAsync(Path.Combine(folder.Root, "sources.yaml"), Sources, ct);
        var pipeline = new MqttPipeline(folder, logPort, hasWorker, time, logs);
        try
        {
            pipeline._broker.Start();
            await LoopbackServer.AwaitAsync(logPort, time, ct);
            pipeline._ingest.Start();
            pipeline._worker?.Start();
            if (!isBridge)
                await LoopbackServer.AwaitAsync(port, time, ct);
            return pipeline;
        }
        catch
        {
            await pipeline.DisposeAsync();
            throw;
        }
    }

    /// <summary>Messages that the log has.</summary>
    public async Task<long> MessagesAsync(CancellationToken ct) =>
        (await _log.ListTopicsAsync(ct)).Any(static topic => topic.Name == Stream)
            ? (await _log.OffsetsAsync(new TopicPartition(Stream, 0), ct)).End
            : 0;

    /// <summary>Waits until the log has so many messages.</summary>
    public async Task AwaitMessagesAsync(long messages, CancellationToken ct)
    {
        while (await MessagesAsync(ct) < messages)
            await Task.Delay(Pause, _time, ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        if (_worker is not null)
            await _worker.DisposeAsync();
        await _ingest.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Delete();
    }
}
