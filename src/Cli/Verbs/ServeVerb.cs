using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Contracts.Sources;

namespace Tapline.Cli.Verbs;

/// <summary>Serves a lake to programs and people until Ctrl-C.</summary>
sealed class ServeVerb : Verb
{
    readonly Option<int?> _port = new("--port") { Description = "The port of HTTP; 0 takes any that is free" };
    readonly Option<int?> _pg = new("--pg") { Description = "The port of PostgreSQL's protocol; none without" };
    readonly Option<string?> _address = new("--address")
    {
        Description = "The address to listen on; others than 127.0.0.1 need keys in the configuration",
    };

    public ServeVerb()
        : base("serve", "Serve the lake over HTTP, and over PostgreSQL's protocol",
            "serve", "serve --lake ./demo-lake/lake --port 8080 --pg 5433",
            "serve --config shop.yaml --address 0.0.0.0")
    {
        Options.Add(LakeOption.Option);
        Options.Add(_port);
        Options.Add(_pg);
        Options.Add(_address);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        using var logs = ProcessLog.Open(line, LogLevel.Information);
        await using var parts = await StartAsync(line, logs, ct);
        screen.Progress($"tapline {VersionVerb.Tapline}  serves  (Ctrl-C stops it)");
        parts.Announce(screen);
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            // Stopping is what was asked for.
        }
        return ExitCode.Interrupted;
    }

    Task<ServeParts> StartAsync(ParseResult line, ILoggerFactory logs, CancellationToken ct)
    {
        if (line.GetValue(LakeOption.Option) is { } named)
        {
            var lake = Existing(LakeSettings.Of(named));
            return ServeParts.StartAsync(
                lake, Chosen(line, ServeConfig.Local), SourceDeclarations.None, "", TimeProvider.System, logs, ct);
        }
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        Existing(config.Lake);
        return ServeParts.StartAsync(
            config, Chosen(line, config.Serve ?? ServeConfig.Local), TimeProvider.System, logs, ct);
    }

    ServeConfig Chosen(ParseResult line, ServeConfig config)
    {
        if (line.GetValue(_port) is { } port)
            config = config with { HttpPort = port };
        if (line.GetValue(_pg) is { } pg)
            config = config with { PgPort = pg };
        if (line.GetValue(_address) is not { } text)
            return config;
        if (!IPAddress.TryParse(text, out var address))
            throw new TaplineException($"\"{text}\" is no address", "127.0.0.1, or 0.0.0.0 for all");
        return config.IsOpen && !IPAddress.IsLoopback(address)
            ? throw new TaplineException(
                $"on {address} the lake would be open to the network",
                "add serve.keys or serve.jwt to the configuration")
            : config with { Address = address };
    }

    static LakeConfig Existing(LakeConfig lake) => lake.S3 is not null || Directory.Exists(lake.Path)
        ? lake
        : throw new TaplineException(
            $"there is no lake in {lake.Path}", "--lake names its folder; ./tapline run makes one");
}
