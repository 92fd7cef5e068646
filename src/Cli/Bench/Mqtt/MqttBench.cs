using Microsoft.Extensions.Logging;
using Tapline.Cli.Simulation;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>How fast devices' messages reach the log, by the listener and behind a broker, beside mosquitto that passes
/// them on to a subscriber; how fast devices connect, and what a connection costs; how long a message takes to the
/// result of a window. Server, log, worker and devices each work in a process of their own.</summary>
sealed class MqttBench(BenchOptions options, BenchProgress progress, ILoggerFactory logs)
{
    const string Rates = "mqtt: messages of QoS 1";
    const string Connects = "mqtt: connecting";
    const string Idle = "mqtt: memory of the server, connected";
    const int WarmUpPart = 4;
    const string Busy = "mqtt: memory of the server, after the messages";

    // Two epochs at least are being written in any stretch of the messages that count.
    static readonly TimeSpan LiveWarmUp = TimeSpan.FromSeconds(10);
    static readonly (string Name, double Part)[] Quantiles =
        [("99 of 100 messages", 0.99), ("half of the messages", 0.5), ("999 of 1 000 messages", 0.999)];

    // What a server does after the last connection is part of what connections cost.
    static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    readonly List<(string Section, string Unit, BenchLine Line)> _lines = [];
    readonly Dictionary<string, long> _residentBefore = [];

    /// <summary>Measures it.</summary>
    public async Task<IReadOnlyList<BenchSection>> RunAsync(string folder, CancellationToken ct)
    {
        OpenFileLimit.Require(options.Connections, OpenFileLimit.Read(), "--connections");
        var hasMosquitto = MosquittoProcess.Program is not null;
        progress.Plan((hasMosquitto ? 4 : 2) * options.Runs);
        if (!hasMosquitto)
            progress.Note("mosquitto is not installed: nothing stands beside, and there is no broker for the bridge");
        for (var run = 1; run <= options.Runs; run++)
        {
            progress.Step($"mqtt, run {run}: listener");
            await MeasureListenerAsync(Path.Combine(folder, $"listener{run}"), ct);
            progress.Step($"mqtt, run {run}: live windows");
            await MeasureLiveAsync(Path.Combine(folder, $"live{run}"), ct);
            if (!hasMosquitto)
                continue;
            progress.Step($"mqtt, run {run}: mosquitto");
            await MeasureMosquittoAsync(Path.Combine(folder, $"mosquitto{run}"), ct);
            progress.Step($"mqtt, run {run}: bridge");
            await MeasureBridgeAsync(folder, run, ct);
        }
        return [.. _lines.GroupBy(static line => (line.Section, line.Unit)).Select(section => new BenchSection(
            $"{section.Key.Section}, {Units.Count(options.Connections)} connections", section.Key.Unit,
            [.. section.Select(static line => line.Line)]))];
    }

    async Task MeasureListenerAsync(string folder, CancellationToken ct)
    {
        var port = LoopbackServer.FreePort();
        await using var pipeline = await MqttPipeline.StartAsync(folder, port, isBridge: false, options.Time, logs, ct);
        const string name = "listener: devices to log";
        await using var load = await ConnectAsync(name, BenchRole.Ours, port, pipeline.IngestId, ct);
        await MeasureAsync(name, BenchRole.Ours, pipeline.IngestId,
            messages => load.PublishAsync(messages, ct));
    }

    async Task MeasureLiveAsync(string folder, CancellationToken ct)
    {
        var port = LoopbackServer.FreePort();
        await using var pipeline = await MqttPipeline.StartAsync(
            folder, port, isBridge: false, options.Time, logs, ct, hasWorker: true);
        await using var load = await DeviceLoad.ConnectAsync(port, options.Connections, options.Time, ct);
        var latency = new LiveLatency(pipeline, load, options.Rate, options.Time);
        var took = await latency.MeasureAsync((int)(options.Rate * LiveWarmUp.TotalSeconds), options.Messages, ct);
        foreach (var (name, part) in Quantiles)
        {
            Add($"mqtt: publish to live window, {Units.Count(options.Rate)} messages a second", "ms", name,
                BenchRole.Ours, new BenchRun(took[(int)((took.Length - 1) * part)], 0, 0));
        }
    }

    async Task MeasureMosquittoAsync(string folder, CancellationToken ct)
    {
        var port = LoopbackServer.FreePort();
        await using var mosquitto = await MosquittoProcess.StartAsync(folder, port, options.Time, ct);
        const string name = "mosquitto: devices to a subscriber";
        await using var load = await ConnectAsync(name, BenchRole.Peer, port, mosquitto.ProcessId, ct);
        await using var subscriber = await MqttSubscriber.ConnectAsync(port, options.Time, ct);
        await MeasureAsync(name, BenchRole.Peer, mosquitto.ProcessId, messages => Task.WhenAll(
            load.PublishAsync(messages, ct), subscriber.TakeAsync(messages, ct)));
    }

    async Task MeasureBridgeAsync(string folder, int run, CancellationToken ct)
    {
        var port = LoopbackServer.FreePort();
        await using var mosquitto = await MosquittoProcess.StartAsync(
            Path.Combine(folder, $"broker{run}"), port, options.Time, ct);
        await using var pipeline = await MqttPipeline.StartAsync(
            Path.Combine(folder, $"bridge{run}"), port, isBridge: true, options.Time, logs, ct);
        await using var load = await DeviceLoad.ConnectAsync(port, options.Connections, options.Time, ct);
        // Until the bridge has subscribed, mosquitto lets messages go nowhere.
        do
            await load.PublishAsync(1, ct);
        while (await pipeline.MessagesAsync(ct) == 0);
        await MeasureAsync("bridge: devices to mosquitto to log", BenchRole.Ours, pipeline.IngestId,
            async messages =>
            {
                var before = await pipeline.MessagesAsync(ct);
                await Task.WhenAll(
                    load.PublishAsync(messages, ct), pipeline.AwaitMessagesAsync(before + messages, ct));
            });
    }

    async Task<DeviceLoad> ConnectAsync(string name, BenchRole role, int port, int server, CancellationToken ct)
    {
        var before = ProcessFigures.ResidentBytes(server);
        var began = options.Time.GetTimestamp();
        var load = await DeviceLoad.ConnectAsync(port, options.Connections, options.Time, ct);
        var seconds = options.Time.GetElapsedTime(began).TotalSeconds;
        await Task.Delay(SettleTime, options.Time, ct);
        Add(Connects, "devices/s", name, role, new BenchRun(options.Connections / seconds, 0, 0));
        Add(Idle, "bytes each", name, role, new BenchRun(
            Math.Max(1, ProcessFigures.ResidentBytes(server) - before) / (double)options.Connections, 0, 0,
            ProcessFigures.PeakBytes(server)));
        _residentBefore[name] = before;
        return load;
    }

    async Task MeasureAsync(string name, BenchRole role, int server, Func<int, Task> body)
    {
        // A program that was just started compiles while it works.
        await body(Math.Max(1, options.Messages / WarmUpPart));
        var cpu = ProcessFigures.Cpu(server);
        var began = options.Time.GetTimestamp();
        await body(options.Messages);
        var seconds = options.Time.GetElapsedTime(began).TotalSeconds;
        Add(Rates, "messages/s", name, role, new BenchRun(
            options.Messages / seconds, (ProcessFigures.Cpu(server) - cpu).TotalNanoseconds / options.Messages, 0,
            ProcessFigures.PeakBytes(server)));
        if (_residentBefore.TryGetValue(name, out var before))
        {
            Add(Busy, "bytes each", name, role, new BenchRun(
                Math.Max(1, ProcessFigures.ResidentBytes(server) - before) / (double)options.Connections, 0, 0,
                ProcessFigures.PeakBytes(server)));
        }
    }

    void Add(string section, string unit, string name, BenchRole role, BenchRun run)
    {
        var at = _lines.FindIndex(line => line.Section == section && line.Line.Name == name);
        if (at < 0)
            _lines.Add((section, unit, new BenchLine(name, role, [run])));
        else
            _lines[at] = _lines[at] with { Line = _lines[at].Line with { Runs = [.. _lines[at].Line.Runs, run] } };
    }
}
