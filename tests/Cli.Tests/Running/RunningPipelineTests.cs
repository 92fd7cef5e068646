using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.TestKit.Mqtt;
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

    [Fact]
    public async Task Devices_that_are_acknowledged_are_in_the_log()
    {
        Assert.SkipUnless(MosquittoServer.IsInstalled, MosquittoServer.Absent);
        using var folder = new TemporaryFolder("devices");
        var config = Config(folder.FullPath, """

            mqtt:
              routes: { taps: { topic: "bar/{device_id}/{stream}", streams: { pour: pour } } }
              listen: { address: "127.0.0.1:0" }
            """);
        await using var pipeline = await StartAsync(config, PipelineParts.Broker | PipelineParts.Ingest);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = pipeline.RunAsync(stop.Token);

        await MosquittoTools.RunAsync("mosquitto_pub",
        [
            "-p", $"{pipeline.Mqtt!.Listener!.Endpoint.Port}", "-q", "2", "-t", "bar/d1/pour", "-m", "{\"seq\":1}",
        ], Ct);
        await stop.CancelAsync();
        await running;

        Assert.Equal(
            new OffsetRange(0, 1), await pipeline.Log.OffsetsAsync(new TopicPartition("order.iot.pour", 0), Ct));
    }

    static Task<RunningPipeline> StartAsync(PipelineConfig config, PipelineParts parts) =>
        RunningPipeline.StartAsync(config, parts, TimeProvider.System, NullLoggerFactory.Instance, Ct);

    static PipelineConfig Config(string folder, string more = "")
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var yaml = $$"""
            pipeline: order
            log: { embedded: { path: broker, port: {{((IPEndPoint)probe.LocalEndpoint).Port}} } }
            """;
        return ConfigFile.Parse(yaml + more, "tapline.yaml", folder, static _ => null);
    }
}
