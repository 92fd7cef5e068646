using System.CommandLine;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Verbs;

/// <summary>A verb that runs parts of a pipeline until Ctrl-C.</summary>
abstract class PartsVerb(string name, string description, PipelineParts parts, params string[] examples)
    : Verb(name, description, examples)
{
    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        var screen = Screen.Of(line);
        // A table that is redrawn in place leaves no room for a log.
        using var logs = ProcessLog.Open(line, screen.IsLive ? LogLevel.Warning : LogLevel.Information);
        await using var pipeline = await RunningPipeline.StartAsync(config, parts, TimeProvider.System, logs, ct);
        Announce(screen, config, pipeline);
        await using var served = parts == PipelineParts.All && config.Serve is { } serve
            ? await ServeParts.StartAsync(config, serve, TimeProvider.System, logs, ct)
            : null;
        served?.Announce(screen);

        var work = pipeline.RunAsync(ct);
        if (parts != PipelineParts.Broker)
            await new LiveView(screen, pipeline, TimeProvider.System).ShowAsync(work);
        await work;
        return ExitCode.Interrupted;
    }

    static void Announce(Screen screen, PipelineConfig config, RunningPipeline pipeline)
    {
        screen.Progress($"tapline {VersionVerb.Tapline}  pipeline {config.Name}  (Ctrl-C stops it)");
        if (pipeline.Source is not null)
            screen.Progress($"  source  {config.Source}");
        if (pipeline.Mqtt?.Listener is { } listener)
            screen.Progress($"  devices {listener.Endpoint} (MQTT)");
        if (config.Mqtt?.Broker is { } mqtt && pipeline.Mqtt is not null)
            screen.Progress($"  devices {mqtt}");
        if (pipeline.Broker is { } broker)
            screen.Progress($"  broker  {broker.BootstrapServers}   try: kcat -b {broker.BootstrapServers} -L");
        else if (config.Log is LogConfig.Cluster cluster)
            screen.Progress($"  log     {cluster}");
        if (pipeline.Worker is not null)
            screen.Progress($"  lake    {config.Lake.Path}");
    }
}

/// <summary>Runs everything in one process.</summary>
sealed class RunVerb() : PartsVerb(
    "run", "Run the whole pipeline: source, log and lake", PipelineParts.All,
    "run", "run --config shop.yaml");

/// <summary>Runs the source alone.</summary>
sealed class IngestVerb() : PartsVerb(
    "ingest", "Run the sources alone: database and devices to log", PipelineParts.Ingest, "ingest");

/// <summary>Runs the stream worker alone.</summary>
sealed class StreamVerb() : PartsVerb(
    "stream", "Run the stream worker alone: log to lake", PipelineParts.Stream, "stream");

/// <summary>Runs the embedded broker alone.</summary>
sealed class BrokerVerb() : PartsVerb(
    "broker", "Run the embedded broker alone", PipelineParts.Broker, "broker", "broker --config tapline.yaml");
