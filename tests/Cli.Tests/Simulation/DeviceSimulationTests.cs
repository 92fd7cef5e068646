using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Cli.Simulation;
using Tapline.Cli.Simulation.Taps;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Synthetic;
using Tapline.TestKit;

namespace Tapline.Cli.Tests.Simulation;

/// <summary>Fleets of taps with many faults: what the oracle says is what the log has.</summary>
public sealed class DeviceSimulationTests
{
    const string ManyFaults =
        "duplicates=0.05,reordered=0.1,late=0.5,skew=0.1,epoch=0.01,malformed=0.01,unknown=0.1,voids=0.1,outages=150";

    static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    static readonly MqttBridgeOptions Bridge = new()
    {
        Prefix = "bar", BridgeId = "test", Routes = [TapStreams.Route], Partitions = 3,
    };

    [Fact]
    public async Task Over_the_listener_each_acknowledged_message_is_there_and_nothing_else()
    {
        await using var log = new MemoryEventLog(TimeProvider.System);
        await using var listener = MqttListener.Bind(
            new MqttListenerOptions
            {
                Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                Accounts = DeviceAccounts.Anyone,
                // Unknown devices publish under their own name, too.
                Rules = TopicRules.Own(Bridge.Routes),
            },
            Bridge, log, Guid.NewGuid, TimeProvider.System, NullLoggerFactory.Instance);
        using var stop = new CancellationTokenSource();
        var listening = listener.RunAsync(stop.Token);
        var target = new MqttTarget(
            new MqttClientOptions { Host = "127.0.0.1", Port = listener.Endpoint.Port }, TimeProvider.System);

        var report = await RunAsync(target);

        // A will that is due is published within a second or two.
        await Task.Delay(TimeSpan.FromSeconds(2.5), Ct);
        await stop.CancelAsync();
        await listening;
        await CheckAsync(log, report);
    }

    [Fact]
    public async Task Straight_to_the_log_each_acknowledged_message_is_there_and_nothing_else()
    {
        await using var log = new MemoryEventLog(TimeProvider.System);
        var target = new LogTarget(Bridge, log, TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var working = target.RunAsync(stop.Token);

        var report = await RunAsync(target);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working);
        await CheckAsync(log, report);
    }

    static async Task<FleetReport> RunAsync(IFleetTarget target)
    {
        var options = new FleetOptions
        {
            Seed = 11,
            // An evening in New York.
            Start = new DateTimeOffset(2025, 3, 8, 1, 0, 0, TimeSpan.Zero),
            Faults = FaultRates.Parse(ManyFaults),
            Pace = new FleetPace.Speed(2400, TimeSpan.FromSeconds(4)),
        };
        var places = TapFleet.Create(options.Seed, 60, options.Faults);
        var screen = new Screen(TextWriter.Null, TextWriter.Null, OutputFormat.Text, isTerminal: false);
        var report = await new DeviceSimulation(places, options, screen, TimeProvider.System).RunAsync(target, Ct);
        Assert.True(report.IsComplete);
        Assert.Equal(66, report.Devices);
        return report;
    }

    static async Task CheckAsync(MemoryEventLog log, FleetReport report)
    {
        var unknown = TapFleet.Unknown(report.Options.Seed, 60, report.Options.Faults)
            .Select(static place => place.Device.ToString()).ToHashSet();
        foreach (var stream in report.Ledger.Oracle())
        {
            var records = await RecordsAsync(log, $"bar.iot.{stream.Stream}");
            var wills = records.Where(static record => Field(record, "seq").Length == 0).ToList();
            var clocks = records.Except(wills).Where(static record => Field(record, "ts")[..4] == "1970").ToList();
            var strangers = records.Except(wills).Except(clocks)
                .Where(record => unknown.Contains(Field(record, "device_id"))).ToList();
            var rest = records.Except(wills).Except(clocks).Except(strangers).ToList();

            Assert.Equal(stream.Wills, wills.DistinctBy(static will => Field(will, "conn_id")).Count());
            if (!stream.IsExact)
            {
                Assert.InRange(Different(rest), 1, stream.History);
                continue;
            }
            Assert.Equal(stream.History, Different(rest));
            Assert.Equal(stream.ClockSkew, Different(clocks));
            Assert.Equal(stream.UnknownDevice, Different(strangers));
        }
        var dead = await RecordsAsync(log, "bar.dlq.mqtt");
        // One that was sent again is there again.
        Assert.InRange(dead.Distinct().Count(), 1, report.Ledger.Oracle().Sum(static stream => stream.NotJson));
        var pours = report.Ledger.Oracle().Single(static stream => stream.Stream == TapStreams.Pour);
        Assert.True(pours.IsExact);
        foreach (var fault in new[] { "duplicates", "reordered", "late", "skewed", "voids" })
            Assert.True(pours.Faults.GetValueOrDefault(fault) > 0, fault);
        Assert.True(report.Ledger.Oracle().Sum(static stream => stream.Wills) > 10);
    }

    static int Different(IEnumerable<string> records) => records
        .DistinctBy(static record => (Field(record, "device_id"), Field(record, "boot_id"), Field(record, "seq")))
        .Count();

    static string Field(string record, string name)
    {
        using var json = JsonDocument.Parse(record);
        return json.RootElement.GetProperty(name).ToString();
    }

    static async Task<List<string>> RecordsAsync(MemoryEventLog log, string topic)
    {
        var records = new List<string>();
        for (var number = 0; number < Bridge.Partitions; number++)
        {
            var partition = new TopicPartition(topic, number);
            var (next, end) = await log.OffsetsAsync(partition, Ct);
            await using var reader = log.OpenReader("test");
            reader.Assign(partition, next);
            while (next < end)
            {
                foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(1), 1 << 20, Ct))
                {
                    foreach (var slot in chunk.Slots.ToArray())
                        records.Add(Encoding.UTF8.GetString(chunk.Value(slot)));
                    next = chunk.NextOffset;
                }
            }
        }
        return records;
    }
}
