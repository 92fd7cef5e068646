using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Simulation;
using Tapline.Cli.Simulation.Taps;
using Tapline.Cli.Terminal;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Packets;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Verbs;

/// <summary>Simulates the taps of a bar business, over MQTT or straight into the log, and says what must be found of
/// them.</summary>
sealed class SimulateDevicesVerb : Verb
{
    const string ToLog = "log";
    const int CountMax = 1_000_000;

    readonly Option<int> _count = new("--count")
    {
        Description = "How many devices", DefaultValueFactory = static _ => 100,
    };
    readonly Option<double?> _rate = new("--rate")
    {
        Description = "Messages a second, whatever time passes for the devices; without it they live in real time",
    };
    readonly Option<double?> _speed = new("--speed") { Description = "How many times faster than real time they live" };
    readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Another seed, other devices", DefaultValueFactory = static _ => 1,
    };
    readonly Option<TimeSpan> _duration = new("--duration")
    {
        Description = "For how long: 90s, 10m, 2h",
        HelpName = "time",
        DefaultValueFactory = static _ => TimeSpan.FromMinutes(1),
        CustomParser = static result =>
        {
            if (SpanText.TryParse(result.Tokens[0].Value, out var span) && span > TimeSpan.Zero)
                return span;
            result.AddError("--duration must be a time like 90s, 10m or 2h");
            return default;
        },
    };
    readonly Option<DateTimeOffset?> _start = new("--start")
    {
        Description = "When it begins for the devices; so that it ends about now without it",
        HelpName = "time",
        CustomParser = static result =>
        {
            if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var start) && start.Year is > 1970 and < 2200)
                return start;
            result.AddError("--start must be a time like 2025-03-08T02:00:00Z");
            return null;
        },
    };
    readonly Option<string?> _to = new("--to")
    {
        Description = "mqtt://host:port, or log: straight to the configuration's topics. "
            + "The configuration's listener without it",
        HelpName = "target",
    };
    readonly Option<string> _faults = new("--faults")
    {
        Description = $"default, none, or some of {string.Join(", ", FaultRates.Names)}, each with =rate if you like",
        HelpName = "faults",
        DefaultValueFactory = static _ => "default",
    };
    readonly Option<string?> _oracle = new("--oracle")
    {
        Description = "A file for what must be found, as JSON", HelpName = "file",
    };
    readonly Option<string?> _user = new("--user")
    {
        Description = "The devices' user; its password is in the variable TAPLINE_MQTT_PASSWORD", HelpName = "name",
    };
    readonly Option<MqttVersion> _version = new("--mqtt")
    {
        Description = "The protocol: V5 or V311", DefaultValueFactory = static _ => MqttVersion.V5,
    };

    readonly Option<int?> _qos = new("--qos")
    {
        Description = "1 or 2: of every message. Without it heartbeats have 0, and all others 1",
    };

    public SimulateDevicesVerb()
        : base("devices", "Simulate the taps of a bar business, with faults, and say what must be found of them",
            "simulate devices --count 1000 --rate 500",
            "simulate devices --count 10000 --rate 5000 --duration 5m --to mqtt://127.0.0.1:1883 --oracle oracle.json",
            "simulate devices --count 200 --speed 60 --to log --faults default,outages=2")
    {
        foreach (var option in new Option[]
            { _count, _rate, _speed, _seed, _duration, _start, _to, _faults, _oracle, _user, _version, _qos })
            Options.Add(option);
        Validators.Add(Check);
        _count.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > CountMax)
                result.AddError($"--count must be from 1 to {CountMax}");
        });
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var (screen, time) = (Screen.Of(line), TimeProvider.System);
        var (count, duration) = (line.GetValue(_count), line.GetValue(_duration));
        FleetPace pace = line.GetValue(_rate) is { } rate
            ? new FleetPace.Rate(rate, duration)
            : new FleetPace.Speed(line.GetValue(_speed) ?? 1, duration);
        var options = new FleetOptions
        {
            Seed = line.GetValue(_seed),
            Pace = pace,
            Start = line.GetValue(_start) ?? DeviceSimulation.StartFor(count, pace, time.GetUtcNow()),
            Faults = FaultRates.Parse(line.GetValue(_faults)!),
            AcknowledgesAll = line.GetValue(_qos) is not null,
        };
        var places = TapFleet.Create(options.Seed, count, options.Faults);
        var simulation = new DeviceSimulation(places, options, screen, time);
        var report = line.GetValue(_to) == ToLog
            ? await RunToLogAsync(simulation, line, time, ct)
            : await simulation.RunAsync(Network(line, places.Count, time), ct);
        report.Print(screen);
        screen.Result(report.ToJson());
        if (line.GetValue(_oracle) is { } file)
            await File.WriteAllTextAsync(file, Screen.Document(report.ToJson()), CancellationToken.None);
        return ct.IsCancellationRequested ? ExitCode.Interrupted
            : report.IsComplete && report.Ledger.Refused == 0 ? ExitCode.Success
            : ExitCode.Failure;
    }

    static async Task<FleetReport> RunToLogAsync(
        DeviceSimulation simulation, ParseResult line, TimeProvider time, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        using var logs = ProcessLog.Open(line);
        await using var pipeline = await RunningPipeline.StartAsync(config, PipelineParts.None, time, logs, ct);
        var target = new LogTarget(
            new MqttBridgeOptions
            {
                Prefix = config.Name,
                BridgeId = "simulator",
                Routes = config.Mqtt?.Routes ?? [TapStreams.Route],
                Partitions = config.Mqtt?.Partitions ?? 1,
            },
            pipeline.Log, time, logs.CreateLogger(nameof(LogTarget)));
        using var stop = new CancellationTokenSource();
        var working = target.RunAsync(stop.Token);
        var report = await simulation.RunAsync(target, ct);
        await stop.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return report;
    }

    MqttTarget Network(ParseResult line, int connections, TimeProvider time)
    {
        OpenFileLimit.Require(connections, OpenFileLimit.Read(), "--count");
        var address = line.GetValue(_to) is { } to ? new Uri(to) : Listener(line);
        var user = line.GetValue(_user);
        return new MqttTarget(
            new MqttClientOptions
            {
                Host = address.IdnHost,
                Port = address.Port > 0 ? address.Port : 1883,
                Version = line.GetValue(_version),
                KeepAlive = TimeSpan.FromMinutes(1),
                ConnectTimeout = TimeSpan.FromSeconds(30),
                User = user,
                Password = user is not null && Environment.GetEnvironmentVariable("TAPLINE_MQTT_PASSWORD") is { } secret
                    ? Encoding.UTF8.GetBytes(secret)
                    : null,
            },
            time,
            (QualityOfService)(line.GetValue(_qos) ?? (int)QualityOfService.AtLeastOnce));
    }

    // The one of the configuration, or the usual port of this machine.
    static Uri Listener(ParseResult line)
    {
        var file = line.GetValue(CommonOptions.Config)!;
        var listen = File.Exists(file) ? ConfigFile.Load(file).Mqtt?.Listen : null;
        return new Uri($"mqtt://{listen?.Endpoint.ToString() ?? "127.0.0.1:1883"}");
    }

    void Check(CommandResult result)
    {
        if (result.GetValue(_rate) is not (null or > 0 and <= 1e7)
            || result.GetValue(_speed) is not (null or > 0 and <= 1e6))
            result.AddError("--rate and --speed must be above 0");
        if (result.GetValue(_rate) is not null && result.GetValue(_speed) is not null)
            result.AddError("--rate and --speed exclude each other");
        if (result.GetValue(_qos) is not (null or 1 or 2))
            result.AddError("--qos must be 1 or 2");
        if (result.GetValue(_to) is { } to && to != ToLog
            && !(Uri.TryCreate(to, UriKind.Absolute, out var url) && url is { Scheme: "mqtt", UserInfo: "" }))
            result.AddError("--to must be mqtt://host:port, or log");
    }
}
