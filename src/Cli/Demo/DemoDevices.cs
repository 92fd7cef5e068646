using System.Net;
using Tapline.Cli.Simulation;
using Tapline.Cli.Simulation.Taps;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Demo;

/// <summary>The taps of the demo's business: some of its devices speak MQTT, to the pipeline's listener.</summary>
sealed class DemoDevices
{
    /// <summary>How many of them.</summary>
    public const int Count = 200;

    const double MessagesPerSecond = 100;

    static readonly TimeSpan Endless = TimeSpan.FromDays(3650);

    readonly ulong _seed;
    readonly TimeProvider _time;
    readonly List<TapPlace> _places;

    /// <summary>The first devices of a business that has just been made.</summary>
    public DemoDevices(BarModel model, int seed, TimeProvider time)
    {
        _seed = unchecked((ulong)seed);
        _time = time;
        _places =
        [
            .. model.Devices.Take(Count).Select(
                static (device, index) => new TapPlace(index, device.Account, device.Location, device.Id)),
            .. TapFleet.Unknown(_seed, Count, FaultRates.Default),
        ];
    }

    /// <summary>Lets them live for a while, some minutes of theirs; without an end they live in real time.</summary>
    public Task<FleetReport> RunAsync(IPEndPoint listener, TimeSpan duration, CancellationToken ct)
    {
        FleetPace pace = duration == Timeout.InfiniteTimeSpan
            ? new FleetPace.Speed(1, Endless)
            : new FleetPace.Rate(MessagesPerSecond, duration);
        var now = _time.GetUtcNow();
        var options = new FleetOptions
        {
            Seed = _seed,
            Pace = pace,
            Start = duration == Timeout.InfiniteTimeSpan ? now : DeviceSimulation.StartFor(Count, pace, now),
            Faults = FaultRates.Default,
        };
        var target = new MqttTarget(
            new MqttClientOptions { Host = listener.Address.ToString(), Port = listener.Port }, _time);
        // The pipeline's own table is being drawn meanwhile.
        var silent = new Screen(TextWriter.Null, TextWriter.Null, OutputFormat.Text, isTerminal: false);
        return new DeviceSimulation(_places, options, silent, _time).RunAsync(target, ct);
    }

    /// <summary>Messages that the log has, by stream.</summary>
    public static async Task<SortedDictionary<string, long>> InLogAsync(
        IEventLog log, string pipeline, CancellationToken ct)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var prefix = $"{pipeline}.iot.";
        foreach (var topic in await log.ListTopicsAsync(ct))
        {
            if (!topic.Name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            for (var number = 0; number < topic.Partitions; number++)
            {
                var offsets = await log.OffsetsAsync(new TopicPartition(topic.Name, number), ct);
                var stream = topic.Name[prefix.Length..];
                counts[stream] = counts.GetValueOrDefault(stream) + offsets.End;
            }
        }
        return counts;
    }
}
