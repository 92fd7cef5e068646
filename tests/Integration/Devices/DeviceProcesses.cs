using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;
using Tapline.Streaming.Epochs;
using Tapline.TestKit;
using Tapline.TestKit.Mqtt;
using Tapline.TestKit.Storage;

namespace Tapline.Integration.Tests.Devices;

/// <summary>A pipeline for devices in a temporary folder: broker, ingest and worker are processes of the built program,
/// each of which can be killed and started again.</summary>
sealed class DeviceProcesses : IAsyncDisposable
{
    public const string Broker = "broker";
    public const string Ingest = "ingest";
    public const string Worker = "stream";

    const int LastLinesMax = 20;

    readonly TemporaryFolder _folder = new("device-kills");
    readonly SortedDictionary<string, Process> _running = new(StringComparer.Ordinal);
    readonly Queue<string> _lastLines = new();
    readonly KafkaEventLog _log;
    readonly LocalObjectStore _lake;

    DeviceProcesses(int logPort)
    {
        _log = new KafkaEventLog(
            new KafkaOptions { BootstrapServers = $"127.0.0.1:{logPort}" }, TimeProvider.System,
            NullLoggerFactory.Instance);
        _lake = new LocalObjectStore(PathOf("lake"), new LocalStoreOptions { Durability = Durability.ProcessCrash });
    }

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The parts that can be killed.</summary>
    public static IReadOnlyList<string> Parts { get; } = [Broker, Ingest, Worker];

    string LastLines
    {
        get
        {
            lock (_lastLines)
                return string.Join('\n', _lastLines);
        }
    }

    /// <summary>Writes the configuration and starts all parts.</summary>
    /// <param name="way">How messages come in: a section <c>listen</c> or <c>broker</c>.</param>
    public static async Task<DeviceProcesses> StartAsync(string way)
    {
        var logPort = LoopbackPort.Free();
        var processes = new DeviceProcesses(logPort);
        await File.WriteAllTextAsync(processes.PathOf("tapline.yaml"), string.Create(CultureInfo.InvariantCulture,
            $$"""
            pipeline: bar
            log: { embedded: { path: broker, port: {{logPort}} } }
            lake: { path: lake, durability: process }
            stream: { epoch_seconds: 0.2 }
            windows:
              heartbeats_1m:
                stream: heartbeat
                key: [location_id]
                size_seconds: 60
                early_seconds: 0
                values: { heartbeats: count }
            mqtt:
              routes:
                taps:
                  topic: bar/v1/{account_id}/{location_id}/{device_id}/{stream}
                  streams: { pour: pour, hb: heartbeat, status: status, alert: alert }
                  key: device_id
              partitions: 2
              {{way}}

            """), Ct);
        foreach (var part in Parts)
            processes.Start(part);
        return processes;
    }

    /// <summary>A path in the folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullPath, name);

    /// <summary>Starts a part.</summary>
    public void Start(string part) => _running.Add(part, Launch([part, "--config", PathOf("tapline.yaml")], line =>
    {
        lock (_lastLines)
        {
            _lastLines.Enqueue($"{part}: {line}");
            if (_lastLines.Count > LastLinesMax)
                _lastLines.Dequeue();
        }
    }));

    /// <summary>Kills a part as <c>kill -9</c> does. Fails when it has ended by itself.</summary>
    public async Task KillAsync(string part)
    {
        _running.Remove(part, out var process);
        using (process)
        {
            Assert.False(process!.HasExited, $"{part} has ended by itself\n{LastLines}");
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Runs a verb of the program that is no part; what it says goes to <paramref name="onLine"/>.</summary>
    public static Process Launch(IEnumerable<string> arguments, Action<string> onLine)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["TAPLINE_MQTT_PASSWORD"] = MosquittoServer.Password },
        };
        var process = Process.Start(start)!;
        foreach (var output in new[] { process.StandardOutput, process.StandardError })
            _ = CopyAsync(output, onLine);
        return process;
    }

    /// <summary>Waits until the lake is in the middle of a commit, a little at most.</summary>
    public async Task AwaitCommitAsync()
    {
        for (var waited = Stopwatch.StartNew(); waited.ElapsedMilliseconds < 2000; await Task.Delay(2, Ct))
        {
            if ((await LakeProgress.ReadAsync(_lake, Ct)).HasOpen)
                return;
        }
    }

    /// <summary>Whether a message has come to the log.</summary>
    public async Task<bool> HasMessagesAsync() =>
        (await EndsAsync()).Exists(static end => end.Offset > 0);

    /// <summary>Whether the lake has all messages that are in the log.</summary>
    public async Task<bool> IsCaughtUpAsync()
    {
        foreach (var part in _running)
            Assert.False(part.Value.HasExited, $"{part.Key} has ended by itself\n{LastLines}");
        var ends = await EndsAsync();
        var progress = await LakeProgress.ReadAsync(_lake, Ct);
        return progress.Epochs > 0 && !progress.HasOpen
            && ends.TrueForAll(end => progress.Offset(end.Partition) >= end.Offset);
    }

    /// <summary>How many numbered messages a stream's history has, and how many different ones.</summary>
    public async Task<(long All, long Different)> CountAsync(string stream)
    {
        using var session = await LakeSession.OpenAsync(
            _lake, new DeltaServices(TimeProvider.System, Guid.NewGuid), new LakeSessionOptions(), Ct);
        if (session.Tables.All(table => table.Root != $"history/iot_{stream}"))
            return (0, 0);
        var row = SqlRows.Read(session.Connection,
            "SELECT count(*), count(DISTINCT (device_id, boot_id, seq)) "
            + $"FROM history.iot_{stream} WHERE seq IS NOT NULL").Single();
        return (long.Parse(row[0]!, CultureInfo.InvariantCulture), long.Parse(row[1]!, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _running.Values)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
        await _log.DisposeAsync();
        _folder.Dispose();
    }

    async Task<List<(TopicPartition Partition, long Offset)>> EndsAsync()
    {
        var ends = new List<(TopicPartition, long)>();
        foreach (var topic in await _log.ListTopicsAsync(Ct))
        {
            if (TopicNames.DeviceStream("bar", topic.Name) is null)
                continue;
            for (var number = 0; number < topic.Partitions; number++)
            {
                var partition = new TopicPartition(topic.Name, number);
                ends.Add((partition, (await _log.OffsetsAsync(partition, Ct)).End));
            }
        }
        return ends;
    }

    static async Task CopyAsync(StreamReader output, Action<string> onLine)
    {
        while (await output.ReadLineAsync() is { } line)
            onLine(line);
    }
}
