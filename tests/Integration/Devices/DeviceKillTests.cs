using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tapline.TestKit;
using Tapline.TestKit.Mqtt;

namespace Tapline.Integration.Tests.Devices;

/// <summary>Invariants 1 and 6 from the devices' side: bridge or listener, broker and worker are killed at random
/// moments under load, and what a device was told has arrived is in the lake, once.</summary>
public sealed class DeviceKillTests(ITestOutputHelper output)
{
    // Of each case; a quarter of a minute where nothing is said.
    const string SecondsVariable = "TAPLINE_KILL_SECONDS";
    const string SeedVariable = "TAPLINE_KILL_SEED";
    const int MessagesPerSecond = 500;

    static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_mosquitto_acknowledged_to_devices_by_QoS_2_is_in_the_lake_once_over_kills_of_all_our_parts()
    {
        Assert.SkipUnless(MosquittoServer.IsInstalled, MosquittoServer.Absent);
        await using var mosquitto = await MosquittoServer.StartAsync(Ct);
        await using var parts = await DeviceProcesses.StartAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            broker: { address: "mqtt://127.0.0.1:{{mosquitto.Port}}", user: {{MosquittoServer.User}},
                password: {{MosquittoServer.Password}} }
            """));
        await AwaitBridgeAsync(mosquitto, parts);

        await RunAsync(parts, mosquitto.Port, "2", "--user", MosquittoServer.User);
    }

    [Fact]
    public async Task What_our_listener_acknowledged_to_devices_by_QoS_1_is_in_the_lake_once_over_kills_of_all_parts()
    {
        var port = LoopbackPort.Free();
        await using var parts = await DeviceProcesses.StartAsync(
            string.Create(CultureInfo.InvariantCulture, $$"""listen: { address: "127.0.0.1:{{port}}" }"""));
        await AwaitListenerAsync(port);

        await RunAsync(parts, port, "1");
    }

    async Task RunAsync(DeviceProcesses parts, int port, string qos, params string[] options)
    {
        var seed = Number(SeedVariable, Environment.TickCount);
        var duration = TimeSpan.FromSeconds(Number(SecondsVariable, 15));
        var oracle = parts.PathOf("oracle.json");
        var isConnected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var fleet = DeviceProcesses.Launch(
            [
                "simulate", "devices", "--count", "60", "--rate", $"{MessagesPerSecond}",
                "--duration", $"{(int)duration.TotalSeconds}s", "--seed", $"{seed & 0xffff}", "--qos", qos,
                "--faults", "default,unknown=0,duplicates=0.02,outages=3", "--to", $"mqtt://127.0.0.1:{port}",
                "--oracle", oracle, .. options,
            ],
            line =>
            {
                output.WriteLine(line);
                if (line.Contains(" connected to ", StringComparison.Ordinal))
                    isConnected.TrySetResult();
            });
        try
        {
            await Task.WhenAny(isConnected.Task, fleet.WaitForExitAsync(Ct)).WaitAsync(WaitMax, Ct);
            await StrikeAsync(parts, fleet, new Random(seed), duration);
            await fleet.WaitForExitAsync(Ct).WaitAsync(WaitMax, Ct);
            Assert.True(fleet.ExitCode == 0, $"seed {seed}: the devices ended with code {fleet.ExitCode}");
        }
        finally
        {
            if (!fleet.HasExited)
                fleet.Kill();
        }

        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(oracle, Ct));
        await CheckAsync(parts, expected.RootElement, seed);
    }

    // Each part once, one after the other, then any of them together.
    async Task StrikeAsync(DeviceProcesses parts, Process fleet, Random chance, TimeSpan duration)
    {
        string[] order = [.. DeviceProcesses.Parts];
        chance.Shuffle(order);
        var strikes = 0;
        for (var began = Stopwatch.StartNew(); strikes < order.Length || began.Elapsed < duration; strikes++)
        {
            await Task.Delay(chance.Next(200, 2500), Ct);
            if (strikes >= order.Length && fleet.HasExited)
                break;
            var victims = strikes < order.Length
                ? [order[strikes]]
                : DeviceProcesses.Parts.Where(_ => chance.Next(2) == 0).ToArray();
            if (victims.Contains(DeviceProcesses.Worker) && chance.Next(2) == 0)
                await parts.AwaitCommitAsync();
            foreach (var victim in victims)
                await parts.KillAsync(victim);
            foreach (var victim in victims)
            {
                await Task.Delay(chance.Next(800), Ct);
                parts.Start(victim);
            }
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{began.Elapsed.TotalSeconds:0.0} s: killed {string.Join('+', victims)}"));
        }
    }

    static async Task CheckAsync(DeviceProcesses parts, JsonElement oracle, int seed)
    {
        Assert.Equal(0, oracle.GetProperty("not_acknowledged").GetInt64());
        var streams = oracle.GetProperty("streams").EnumerateObject().ToDictionary(
            static stream => stream.Name, static stream => stream.Value.GetProperty("history").GetInt64());
        Assert.True(streams.Values.Sum() > MessagesPerSecond, "there was no load");
        var found = "nothing";
        var wanted = string.Join(", ", streams.Select(static stream =>
            $"{stream.Key} {stream.Value} and {stream.Value} different ones"));
        // What a broker has acknowledged may still be with it.
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < WaitMax; await Task.Delay(500, Ct))
        {
            if (!await parts.IsCaughtUpAsync())
                continue;
            var counts = new List<(string Stream, long Wanted, long All, long Different)>();
            foreach (var (stream, count) in streams)
            {
                var (all, different) = await parts.CountAsync(stream);
                counts.Add((stream, count, all, different));
            }
            found = string.Join(", ", counts.Select(static one =>
                $"{one.Stream} {one.All} and {one.Different} different ones"));
            if (counts.TrueForAll(static one => one.All >= one.Wanted))
                break;
        }
        Assert.True(wanted == found, $"seed {seed}: wanted {wanted}; found {found}");
    }

    // Before it has subscribed, what is published goes nowhere.
    static async Task AwaitBridgeAsync(MosquittoServer mosquitto, DeviceProcesses parts)
    {
        string[] message =
        [
            "-h", "127.0.0.1", "-p", $"{mosquitto.Port}", "-u", MosquittoServer.User, "-P", MosquittoServer.Password,
            "-q", "1", "-t", "bar/v1/a0/l0/d0/alert", "-m", "{\"n\":1}",
        ];
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < WaitMax; await Task.Delay(200, Ct))
        {
            await MosquittoTools.RunAsync("mosquitto_pub", message, Ct);
            if (await parts.HasMessagesAsync())
                return;
        }
        Assert.Fail("the bridge has not subscribed");
    }

    static async Task AwaitListenerAsync(int port)
    {
        var waited = Stopwatch.StartNew();
        while (!await LoopbackPort.IsListeningAsync(port, Ct))
        {
            Assert.True(waited.Elapsed < WaitMax, "nobody listens for devices");
            await Task.Delay(20, Ct);
        }
    }

    static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
