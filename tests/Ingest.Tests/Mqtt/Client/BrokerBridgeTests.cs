using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Packets;
using Tapline.TestKit.Mqtt;

namespace Tapline.Ingest.Tests.Mqtt.Client;

/// <summary>The bridge behind a broker that is not ours. Invariant 1.</summary>
public sealed class BrokerBridgeTests
{
    readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    public BrokerBridgeTests() => Assert.SkipUnless(MosquittoServer.IsInstalled, MosquittoServer.Absent);

    [Theory]
    [InlineData(MqttVersion.V311, 0)]
    [InlineData(MqttVersion.V311, 1)]
    [InlineData(MqttVersion.V311, 2)]
    [InlineData(MqttVersion.V5, 0)]
    [InlineData(MqttVersion.V5, 1)]
    [InlineData(MqttVersion.V5, 2)]
    public async Task Messages_of_every_QoS_come_over(MqttVersion version, int qos)
    {
        await using var broker = await MosquittoServer.StartAsync(_ct);
        await using var log = new GatedLog();
        using var stop = new CancellationTokenSource();
        var running = Bridge(broker, log, version).RunAsync(stop.Token);
        // A retained message is there when the bridge has come.
        await PublishAsync(broker, qos, "pour", Lines(1, 1), "-r");
        await LogRecords.WaitAsync(log, "bar.iot.pour", 1, _ct);
        await PublishAsync(broker, qos, "pour", Lines(2, 20));
        var records = await LogRecords.WaitAsync(log, "bar.iot.pour", 20, _ct);
        await stop.CancelAsync();
        await running;
        Assert.Equal(Lines(1, 20), records.Select(Sent));
        Assert.All(records, record => Assert.Equal($"{qos}", record.Headers["mqtt_qos"]));
    }

    [Fact]
    public async Task What_the_log_has_not_acknowledged_the_broker_sends_again_to_the_next_bridge()
    {
        await using var broker = await MosquittoServer.StartAsync(_ct);
        await using var log = new GatedLog();
        using (var stop = new CancellationTokenSource())
        {
            var first = Bridge(broker, log, MqttVersion.V5).RunAsync(stop.Token);
            await PublishUntilSubscribedAsync(broker, log);
            log.Close();
            await PublishAsync(broker, 1, "alert", Lines(1, 30));
            await LogRecords.WaitAsync(log, "bar.iot.alert", 30, _ct);
            // It gives the log some seconds, and leaves without a word to the broker.
            await stop.CancelAsync();
            await first;
            log.Open();
        }
        using var over = new CancellationTokenSource();
        var second = Bridge(broker, log, MqttVersion.V5).RunAsync(over.Token);
        var records = await LogRecords.WaitAsync(log, "bar.iot.alert", 60, _ct);
        await over.CancelAsync();
        await second;
        // Once more each, in order, marked as sent again.
        Assert.Equal(Lines(1, 30).Concat(Lines(1, 30)), records.Select(Sent));
        Assert.All(records.Skip(30), static record => Assert.Equal("1", record.Headers["mqtt_dup"]));
    }

    [Fact]
    public async Task A_broker_that_is_killed_costs_nothing_that_it_had_kept_and_the_bridge_finds_it_again()
    {
        await using var broker = await MosquittoServer.StartAsync(_ct);
        await using var log = new GatedLog();
        using (var stop = new CancellationTokenSource())
        {
            var first = Bridge(broker, log, MqttVersion.V5).RunAsync(stop.Token);
            await PublishUntilSubscribedAsync(broker, log);
            await stop.CancelAsync();
            await first;
        }
        // Mosquitto writes the sessions of those who are away, and of no others.
        await PublishAsync(broker, 1, "alert", Lines(1, 100));
        await Task.Delay(MosquittoServer.SaveMax, _ct);
        await broker.KillAsync();
        using var over = new CancellationTokenSource();
        var second = Bridge(broker, log, MqttVersion.V5).RunAsync(over.Token);
        await broker.StartAgainAsync(_ct);
        Assert.Equal(Lines(1, 100), (await LogRecords.WaitAsync(log, "bar.iot.alert", 100, _ct)).Select(Sent));
        await broker.KillAsync();
        await broker.StartAgainAsync(_ct);
        await PublishUntilSubscribedAsync(broker, log);
        await over.CancelAsync();
        await second;
    }

    static BrokerBridge Bridge(MosquittoServer broker, GatedLog log, MqttVersion version) => new(
        new BrokerSubscriptionOptions
        {
            Broker = new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = broker.Port,
                Version = version,
                User = MosquittoServer.User,
                Password = System.Text.Encoding.UTF8.GetBytes(MosquittoServer.Password),
            },
            ClientId = "tapline-bridge-0",
            ShareGroup = version == MqttVersion.V5 ? "bridge" : null,
            Filters = [.. TapRoutes.Bar.Filters],
        },
        TapRoutes.Options with { Partitions = 1 }, log, TimeProvider.System, NullLoggerFactory.Instance);

    // A broker keeps nothing for a bridge that has not subscribed yet.
    async Task PublishUntilSubscribedAsync(MosquittoServer broker, GatedLog log)
    {
        var before = (await LogRecords.OfAsync(log, "bar.iot.pour", _ct)).Count;
        do
            await PublishAsync(broker, 1, "pour", ["{}"]);
        while ((await LogRecords.OfAsync(log, "bar.iot.pour", _ct)).Count == before);
    }

    async Task PublishAsync(
        MosquittoServer broker, int qos, string stream, IEnumerable<string> lines, params string[] arguments)
    {
        using var publisher = MosquittoTools.StartWithInput("mosquitto_pub",
        [
            "-h", "127.0.0.1", "-p", $"{broker.Port}", "-u", MosquittoServer.User, "-P", MosquittoServer.Password,
            "-q", $"{qos}", "-t", TapRoutes.Topic(stream), "-l", .. arguments,
        ]);
        foreach (var line in lines)
            await publisher.StandardInput.WriteLineAsync(line);
        publisher.StandardInput.Close();
        await publisher.WaitForExitAsync(_ct);
        Assert.Equal(0, publisher.ExitCode);
    }

    // The payload as it was published.
    static string Sent(LogRecord record) => record.Value.Split(',')[0] + "}";

    static IEnumerable<string> Lines(int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(static n => $"{{\"seq\":{n}}}");
}
