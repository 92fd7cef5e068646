using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Contracts;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Running;

public sealed class RunningPipelineTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_part_that_is_started_before_its_broker_waits_for_it()
    {
        using var folder = new TemporaryFolder("order");
        var config = Config(folder.FullPath);
        var starting = StartAsync(config, PipelineParts.Stream);

        await using var broker = await StartAsync(config, PipelineParts.Broker);
        await using var stream = await starting;

        Assert.Empty(await stream.Log.ListTopicsAsync(Ct));
    }

    [Fact]
    public async Task Whoever_only_looks_is_told_at_once_that_no_broker_answers()
    {
        using var folder = new TemporaryFolder("order");
        var config = Config(folder.FullPath);

        var absent = await Assert.ThrowsAsync<TaplineException>(() => StartAsync(config, PipelineParts.None));

        Assert.Contains("no broker answers", absent.Message, StringComparison.Ordinal);
    }

    static Task<RunningPipeline> StartAsync(PipelineConfig config, PipelineParts parts) =>
        RunningPipeline.StartAsync(config, parts, TimeProvider.System, NullLoggerFactory.Instance, Ct);

    static PipelineConfig Config(string folder)
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var yaml = $$"""
            pipeline: order
            log: { embedded: { path: broker, port: {{((IPEndPoint)probe.LocalEndpoint).Port}} } }
            """;
        return ConfigFile.Parse(yaml, "tapline.yaml", folder, static _ => null);
    }
}
