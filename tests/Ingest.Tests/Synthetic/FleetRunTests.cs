using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Mqtt.Packets;
using Tapline.Ingest.Synthetic;
using Tapline.Ingest.Tests.Mqtt;
using Tapline.Ingest.Tests.Mqtt.Listener;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Synthetic;

/// <summary>Fleets before the real listener.</summary>
public sealed class FleetRunTests
{
    static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_message_that_was_acknowledged_is_in_the_log_in_the_order_of_its_device()
    {
        await using var server = new ListenerServer();

        var fleet = await RunAsync(server, Devices(20), 400);

        Assert.Equal(400, fleet.Acknowledged);
        var records = await LogRecords.OfAsync(server.Log, "bar.iot.pour", Ct);
        Assert.Equal(400, records.Count);
        Assert.All(records.GroupBy(static record => record.Key), static device => Assert.Equal(
            Enumerable.Range(0, 20), device.Select(static record => Sequence(record.Value))));
    }

    [Fact]
    public async Task A_run_that_is_repeated_sends_the_same_messages_in_the_same_order()
    {
        var faults = FaultRates.Parse("duplicates=0.2,reordered=0.3,malformed=0.1");
        var sent = new List<string[]>();
        for (var run = 0; run < 2; run++)
        {
            var log = new MemoryEventLog(TimeProvider.System);
            var target = new LogTarget(
                TapRoutes.Options, log, TimeProvider.System, NullLogger.Instance);
            using var stop = new CancellationTokenSource();
            var working = target.RunAsync(stop.Token);
            await RunAsync(target, Devices(7), 300, faults);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working);
            sent.Add([.. (await LogRecords.OfAsync(log, "bar.iot.pour", Ct)).Select(static record =>
                $"{record.Partition} {record.Key} {Sequence(record.Value)}")]);
        }

        Assert.NotEmpty(sent[0]);
        Assert.Equal(sent[0], sent[1]);
    }

    [Fact]
    public async Task What_the_transport_does_to_messages_is_in_the_log_as_the_oracle_says()
    {
        await using var server = new ListenerServer();

        var fleet = await RunAsync(
            server, Devices(10), 1000, FaultRates.Parse("duplicates=0.2,reordered=0.3,malformed=0.1"));

        var oracle = Assert.Single(fleet.Oracle());
        var records = await LogRecords.OfAsync(server.Log, "bar.iot.pour", Ct);
        var dead = await LogRecords.OfAsync(server.Log, "bar.dlq.mqtt", Ct);
        Assert.Equal(oracle.Sent, records.Count + dead.Count);
        Assert.Equal(oracle.NotJson, dead.Count);
        Assert.All(dead, static record => Assert.Equal("not_json", record.Headers["reason"]));
        Assert.Equal(oracle.History, records.DistinctBy(static record => (record.Key, Sequence(record.Value))).Count());
        Assert.InRange(oracle.Faults["duplicates"], 100, 300);
        Assert.InRange(oracle.Faults["reordered"], 200, 400);
        Assert.Contains(records.GroupBy(static record => record.Key), static device =>
            !device.Select(static record => Sequence(record.Value)).SequenceEqual(
                device.Select(static record => Sequence(record.Value)).Order()));
    }

    [Fact]
    public async Task A_lost_connection_leaves_its_will_and_what_was_kept_comes_after_it()
    {
        await using var server = new ListenerServer();
        var device = new ScriptedDevice(0, second => second switch
        {
            3 => at => new DeviceStep.Lose(at),
            8 => at => new DeviceStep.Connect(at, ScriptedDevice.Will("d0")),
            12 => at => new DeviceStep.Leave(at),
            15 => at => new DeviceStep.Connect(at, ScriptedDevice.Will("d0")),
            _ => null,
        });

        var fleet = await RunAsync(server, [device], 16, speed: 10);

        var records = await LogRecords.WaitAsync(server.Log, "bar.iot.pour", 17, Ct);
        Assert.Equal(1, Assert.Single(fleet.Oracle()).Wills);
        Assert.Single(records, static record => record.Value.Contains("will", StringComparison.Ordinal));
        Assert.Equal(
            Enumerable.Range(0, 20).Except([3, 8, 12, 15]),
            records.Where(IsOfScript).Select(static record => Sequence(record.Value)).Distinct().Order());
    }

    [Fact]
    public async Task A_listener_that_goes_away_and_comes_back_gets_what_it_had_not_acknowledged()
    {
        await using var server = new ListenerServer();
        server.Log.Close();
        await using var fleet = new FleetRun(
            [new ScriptedDevice(0)], Options(40), Target(server.Port), TimeProvider.System);
        await fleet.ConnectAsync(Ct);
        var running = fleet.RunAsync(Ct);
        await LogRecords.WaitAsync(server.Log, "bar.iot.pour", 40, Ct);
        await using (var thief = await server.ConnectAsync("d0", Ct))
            server.Log.Open();

        Assert.True(await running);

        Assert.True(fleet.Ledger.Endings.Values.Sum() > 0);
        var records = (await LogRecords.OfAsync(server.Log, "bar.iot.pour", Ct)).Where(IsOfScript).ToList();
        Assert.True(records.Count > 40);
        Assert.Equal(
            Enumerable.Range(0, 40), records.Select(static record => Sequence(record.Value)).Distinct().Order());
    }

    [Fact]
    public async Task By_QoS_2_a_message_is_in_the_log_once_although_its_connection_ended_before_the_acknowledgement()
    {
        await using var server = new ListenerServer();
        server.Log.Close();
        await using var fleet = new FleetRun(
            [new ScriptedDevice(0)], Options(40), Target(server.Port, QualityOfService.ExactlyOnce),
            TimeProvider.System);
        await fleet.ConnectAsync(Ct);
        var running = fleet.RunAsync(Ct);
        await LogRecords.WaitAsync(server.Log, "bar.iot.pour", 40, Ct);
        var keepsSession = new MqttProperty(PropertyId.SessionExpirySeconds, 100u);
        await using (var thief = await server.ConnectAsync(
            "d0", Ct, isCleanStart: false, properties: keepsSession))
            server.Log.Open();

        Assert.True(await running);

        Assert.Equal((40, 0), (fleet.Ledger.Acknowledged, fleet.Ledger.Owed));
        Assert.True(fleet.Ledger.Endings.Values.Sum() > 0);
        var records = await LogRecords.OfAsync(server.Log, "bar.iot.pour", Ct);
        Assert.All(records.Where(IsOfScript), static record => Assert.Equal("2", record.Headers["mqtt_qos"]));
        Assert.Equal(
            Enumerable.Range(0, 40), records.Where(IsOfScript).Select(static record => Sequence(record.Value)));
    }

    [Fact]
    public async Task Where_nobody_listens_or_nobody_is_let_in_the_first_device_says_so()
    {
        await using var server = new ListenerServer(new MqttListenerOptions
        {
            Accounts = DeviceAccounts.Parse(DeviceAccounts.Line("somebody", "else"), "test"),
            Rules = TopicRules.Open,
        });
        foreach (var (port, reason) in new[]
            { (LoopbackPort.Free(), "Connection refused"), (server.Port, "BadUserNameOrPassword") })
        {
            await using var fleet = new FleetRun(Devices(50), Options(10), Target(port), TimeProvider.System);

            var failure = await Assert.ThrowsAsync<TaplineException>(() => fleet.ConnectAsync(Ct));

            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_rate_is_kept()
    {
        await using var server = new ListenerServer();
        await using var fleet = new FleetRun(
            Devices(5), Options(0) with { Pace = new FleetPace.Rate(400, TimeSpan.FromSeconds(1)) },
            Target(server.Port), TimeProvider.System);
        await fleet.ConnectAsync(Ct);
        var watch = Stopwatch.StartNew();

        Assert.True(await fleet.RunAsync(Ct));

        Assert.Equal(400, fleet.Ledger.Sent);
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(0.95), watch.Elapsed.ToString());
    }

    static List<SyntheticDevice> Devices(int count) =>
        [.. Enumerable.Range(0, count).Select(static index => new ScriptedDevice(index))];

    // And not a will.
    static bool IsOfScript(LogRecord record) => record.Value.Contains("seq", StringComparison.Ordinal);

    static int Sequence(string value)
    {
        using var json = JsonDocument.Parse(value);
        return json.RootElement.GetProperty("seq").GetInt32();
    }

    static MqttTarget Target(int port, QualityOfService qos = QualityOfService.AtLeastOnce) => new(
        new MqttClientOptions { Host = "127.0.0.1", Port = port }, TimeProvider.System, qos);

    static FleetOptions Options(int messages, FaultRates? faults = null, double? speed = null) => new()
    {
        Seed = 5,
        Start = ScriptedDevice.Start,
        Faults = faults ?? FaultRates.None,
        Pace = speed is { } factor
            ? new FleetPace.Speed(factor, TimeSpan.FromSeconds(20) / factor)
            : new FleetPace.Rate(1e6, TimeSpan.FromSeconds(messages / 1e6)),
    };

    static Task<FleetLedger> RunAsync(
        ListenerServer server, IReadOnlyList<SyntheticDevice> devices, int messages, FaultRates? faults = null,
        double? speed = null) =>
        RunAsync(Target(server.Port), devices, messages, faults, speed);

    static async Task<FleetLedger> RunAsync(
        IFleetTarget target, IReadOnlyList<SyntheticDevice> devices, int messages, FaultRates? faults = null,
        double? speed = null)
    {
        await using var fleet = new FleetRun(devices, Options(messages, faults, speed), target, TimeProvider.System);
        await fleet.ConnectAsync(Ct);
        Assert.True(await fleet.RunAsync(Ct));
        return fleet.Ledger;
    }
}
