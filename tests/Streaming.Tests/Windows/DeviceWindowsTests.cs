using System.Diagnostics;
using System.Text.Json;
using Tapline.Contracts.Log;
using Tapline.Streaming.Tests.Devices;
using Tapline.Streaming.Tests.Lanes;
using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Windows;

/// <summary>Windows over device messages as their topic tells of them.</summary>
public sealed class DeviceWindowsTests
{
    const long Minute = 60_000_000;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task What_is_told_last_of_each_window_is_what_the_history_says_whatever_the_worker_dies_at(int seed)
    {
        var random = new Random(seed);
        await using var world = World();
        for (var round = 0; round < 5; round++)
        {
            for (var i = random.Next(5, 60); i > 0; i--)
                await SendAsync(world, random);
            var store = new CrashingStore(world.Lake, random.Next(0, 25), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
        }
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);
        var pours = await BatchAsync(world);
        Assert.NotEmpty(pours);
        await world.RunUntilAsync(async () => pours.SequenceEqual(await ToldAsync(world, "pours_1m")), Ct);
    }

    [Fact]
    public async Task A_window_ends_when_events_go_on_and_comes_again_when_one_is_late()
    {
        await using var world = World();
        await world.SendAsync("pour", "d1", Pour(1, "10:00:05", 100), Ct, times: 2);
        await world.SendAsync("pour", "d1", Pour(2, "10:00:15", 200), Ct);
        await world.SendAsync("pour", "d1", Pour(3, "10:02:30", 400), Ct);
        await world.RunUntilAsync(async () => (await FinalAsync(world)).Contains("10:00:00 2 300"), Ct);
        await world.SendAsync("pour", "d1", Pour(4, "10:00:10", 50), Ct);
        await world.RunUntilAsync(async () => (await FinalAsync(world)).Contains("10:00:00 3 350"), Ct);
    }

    [Fact]
    public async Task A_result_does_not_wait_until_the_lake_has_the_messages_before_it()
    {
        await using var world = World();
        var store = new HeldStore(world.Lake, ".done");
        world.Store = store;
        await world.SendAsync("pour", "d1", Pour(1, "10:00:05", 100), Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = world.Worker().RunAsync(stop.Token);
        await UntilAsync(() => Task.FromResult(store.IsHolding));
        await world.SendAsync("pour", "d1", Pour(1, "10:00:05", 100), Ct);
        await world.SendAsync("pour", "d1", Pour(2, "10:00:15", 200), Ct, times: 2);
        await world.SendAsync("pour", "d2", """{"seq":""", Ct);

        await UntilAsync(async () => (await ToldAsync(world, "pours_1m")).Contains("a1 10:00:00 2 300"));

        Assert.Empty(await world.HistoryAsync("pour", "seq", Ct));
        store.Release();
        await UntilAsync(() => world.IsCaughtUpAsync(Ct));
        await stop.CancelAsync();
        await running;
        var history = await world.HistoryAsync("pour", "seq", Ct, "ORDER BY seq");
        Assert.Equal(["1", "2"], history.Select(static row => row[0]));
        Assert.Single(await world.QueryAsync("quarantine", "reason", Ct));
    }

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var began = Stopwatch.StartNew(); !await condition(); await Task.Delay(10, Ct))
            Assert.True(began.Elapsed < TimeSpan.FromMinutes(1), "what was waited for did not come");
    }

    static DeviceWorld World() => new()
    {
        Windows =
        [
            new StreamWindow(
                new WindowDefinition(
                    "pours_1m", new WindowShape.Fixed(Minute, Minute),
                    [new("pours", AggregateKind.Count), new("volume", AggregateKind.Sum, "volume_ml")])
                {
                    LatenessUs = 24 * 60 * Minute,
                },
                "pour",
                ["account_id"])
            {
                Early = TimeSpan.FromMilliseconds(50),
            },
        ],
    };

    static string Pour(long seq, string time, int volume) =>
        DeviceWorld.Message("b", seq, $",\"volume_ml\":{volume}", $"2025-03-08T{time}Z");

    static Task SendAsync(DeviceWorld world, Random random) => world.SendAsync(
        "pour",
        $"d{random.Next(3)}",
        DeviceWorld.Message(
            $"b{random.Next(3)}", random.Next(60), $",\"volume_ml\":{random.Next(100, 600)}",
            $"2025-03-08T{random.Next(10, 14)}:{random.Next(60):D2}:{random.Next(60):D2}Z"),
        Ct,
        times: random.Next(1, 3));

    static async Task<List<string>> BatchAsync(DeviceWorld world) =>
    [
        .. (await world.HistoryAsync("pour", "account_id, ts, volume_ml", Ct))
            .GroupBy(static row => $"{row[0]} {row[1]![11..16]}:00")
            .Select(static minute => $"{minute.Key} {minute.Count()} {minute.Sum(static row => int.Parse(row[2]!))}")
            .Order(StringComparer.Ordinal),
    ];

    static async Task<List<string>> FinalAsync(DeviceWorld world) =>
        [.. (await ReadAsync(world, "pours_1m")).Where(static one => one.IsFinal).Select(static one => one.Words[3..])];

    // The last result of each window: of the highest generation the highest revision.
    static async Task<List<string>> ToldAsync(DeviceWorld world, string window) =>
    [
        .. (await ReadAsync(world, window))
            .GroupBy(static one => one.Key)
            .Select(static results => results.MaxBy(static one => (one.Generation, one.Revision))!.Words)
            .Order(StringComparer.Ordinal),
    ];

    static async Task<List<Told>> ReadAsync(DeviceWorld world, string window)
    {
        var partition = new TopicPartition(TopicNames.Live(DeviceWorld.Prefix, window), 0);
        var told = new List<Told>();
        if ((await world.Log.ListTopicsAsync(Ct)).All(topic => topic.Name != partition.Topic))
            return told;
        var end = (await world.Log.OffsetsAsync(partition, Ct)).End;
        await using var reader = world.Log.OpenReader("test");
        reader.Assign(partition, 0);
        for (var next = 0L; next < end;)
        {
            foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(1), 1 << 20, Ct))
            {
                foreach (var slot in chunk.Slots.ToArray())
                    told.Add(Told.Of(chunk.Value(slot).ToArray()));
                next = chunk.NextOffset;
            }
        }
        return told;
    }

    sealed record Told(string Key, long Generation, long Revision, bool IsFinal, string Words)
    {
        public static Told Of(byte[] value)
        {
            using var json = JsonDocument.Parse(value);
            var root = json.RootElement;
            var start = root.GetProperty("window_start").GetString()!;
            var account = root.GetProperty("key").GetProperty("account_id").GetString();
            var values = root.GetProperty("values");
            return new Told(
                $"{account} {start}",
                root.GetProperty("generation").GetInt64(),
                root.GetProperty("revision").GetInt64(),
                root.GetProperty("final").GetBoolean(),
                $"{account} {start[11..19]} {values.GetProperty("pours")} {values.GetProperty("volume")}");
        }
    }
}
