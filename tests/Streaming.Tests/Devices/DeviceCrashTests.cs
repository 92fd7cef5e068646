using Tapline.Streaming.Tests.Lanes;
using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Devices;

/// <summary>Invariants 1 and 6: a crash at any write changes nothing in the end.</summary>
public sealed class DeviceCrashTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Every_message_is_in_the_lake_once_whatever_write_it_dies_at(int seed)
    {
        var random = new Random(seed);
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        // With windows messages are taken while an epoch is being written.
        await using var world = new DeviceWorld { Windows = seed % 2 == 0 ? [Window] : [] };
        for (var round = 0; round < 7; round++)
        {
            for (var i = random.Next(5, 60); i > 0; i--)
                expected.Add(await SendAsync(world, random, round));
            var store = new CrashingStore(world.Lake, random.Next(0, 25), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
        }
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);

        var found = new List<string>();
        foreach (var stream in new[] { "pour", "alert" })
        {
            found.AddRange((await world.HistoryAsync(stream, "device_id, boot_id, seq", Ct))
                .Select(row => string.Join('|', row)));
        }
        Assert.Equal(expected, found.Order(StringComparer.Ordinal));
        Assert.Empty(await world.QueryAsync("quarantine", "reason", Ct));
    }

    static StreamWindow Window { get; } = new(
        new WindowDefinition(
            "pours_1h", new WindowShape.Fixed(3_600_000_000, 3_600_000_000), [new("pours", AggregateKind.Count)]),
        "pour",
        ["device_id"]);

    // Repeats and old boots, in any order; which stream has a message follows from its number.
    static async Task<string> SendAsync(DeviceWorld world, Random random, int round)
    {
        var device = $"d{random.Next(3)}";
        var boot = $"b{random.Next(Math.Max(0, round - 6), round + 2)}";
        var seq = random.Next(25);
        var value = DeviceWorld.Message(boot, seq, "", $"2025-03-0{1 + random.Next(4)}T10:00:00Z");
        await world.SendAsync(seq % 3 == 0 ? "alert" : "pour", device, value, Ct, times: random.Next(1, 3));
        return $"{device}|{boot}|{seq}";
    }
}
