using System.Text;
using System.Text.Json;
using Tapline.Contracts.Log;
using Tapline.Simulation.Tests.World;
using Tapline.Streaming.Windows;
using Tapline.TestKit;

namespace Tapline.Simulation.Tests.Checking;

/// <summary>What must be found of the devices' messages.</summary>
static class DeviceCheck
{
    const long Minute = 60_000_000;

    /// <summary>The window over them.</summary>
    public static StreamWindow Window { get; } = new(
        new WindowDefinition("told_1m", new WindowShape.Fixed(Minute, Minute), [new("n", AggregateKind.Count)])
        {
            LatenessUs = 7 * 24 * 60 * Minute,
        },
        Source.DeviceStream,
        ["device_id"])
    {
        Early = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>The messages up to a cut, each once.</summary>
    public static IEnumerable<DeviceTold> Told(Source source, IReadOnlyDictionary<int, long> cut) => cut
        .SelectMany(end => source.Partitions[new TopicPartition(Source.DeviceTopic, end.Key)].Take((int)end.Value))
        .Select(static sent => sent.Told!)
        .Distinct();

    /// <summary>Checks that the result which holds of each window is what all messages say, each counted
    /// once.</summary>
    public static void RunResults(MemoryEventLog log, Source source)
    {
        var all = source.Partitions.Where(static partition => partition.Key.Topic == Source.DeviceTopic)
            .ToDictionary(static partition => partition.Key.Partition, static partition => (long)partition.Value.Count);
        var expected = Told(source, all)
            .GroupBy(static told => $"d{told.Device} {told.At:yyyy-MM-ddTHH:mm:00Z}")
            .Select(static window => $"{window.Key} {window.Count()}")
            .Order(StringComparer.Ordinal)
            .ToList();
        var found = Results(log)
            .GroupBy(static result => result.Window)
            .Select(static window => window.MaxBy(static result => (result.Generation, result.Revision)))
            .Select(static result => $"{result.Window} {result.Count}")
            .Order(StringComparer.Ordinal)
            .ToList();
        if (!expected.SequenceEqual(found))
        {
            throw new SimulationFailure($"windows are [{string.Join("; ", found.Except(expected))}] "
                + $"and should be [{string.Join("; ", expected.Except(found))}]");
        }
    }

    static IEnumerable<(string Window, long Generation, long Revision, long Count)> Results(MemoryEventLog log)
    {
        var topic = new TopicPartition(TopicNames.Live(SourceTable.Prefix, Window.Definition.Name), 0);
        var reader = log.OpenReader("check");
        reader.Assign(topic, 0);
        while (reader.PollAsync(TimeSpan.Zero, 1 << 20, CancellationToken.None).AsTask().Result is { Count: > 0 } read)
        {
            foreach (var chunk in read)
            {
                foreach (var slot in chunk.Slots.ToArray())
                    yield return Result(Encoding.UTF8.GetString(chunk.Value(slot)));
            }
        }
    }

    static (string Window, long Generation, long Revision, long Count) Result(string value)
    {
        using var json = JsonDocument.Parse(value);
        var result = json.RootElement;
        return (
            $"{result.GetProperty("key").GetProperty("device_id")} {result.GetProperty("window_start")}",
            result.GetProperty("generation").GetInt64(),
            result.GetProperty("revision").GetInt64(),
            result.GetProperty("values").GetProperty("n").GetInt64());
    }
}
