using System.Text.Json;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Streaming.Tests.Devices;
using Tapline.Streaming.Tests.Lanes;
using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Windows;

/// <summary>Windows over the rows that come to a table, as their topic tells of them.</summary>
public sealed class TableWindowsTests
{
    const long Minute = 60_000_000;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Fact]
    public async Task Rows_that_are_inserted_or_copied_are_in_sessions_and_changes_of_them_are_not()
    {
        await using var world = World();
        await world.AnnounceViewsAsync(Ct);
        await world.ChangeViewAsync('r', 1, "ann", At("10:00"), Ct);
        await world.ChangeViewAsync('c', 2, "ann", At("10:20"), Ct);
        await world.ChangeViewAsync('c', 3, "ann", At("11:00"), Ct);
        await world.ChangeViewAsync('c', 4, "bob", At("10:05"), Ct);
        await world.ChangeViewAsync('u', 2, "ann", At("10:25"), Ct);
        await world.ChangeViewAsync('d', 4, "bob", At("10:05"), Ct);
        string[] wanted = ["ann 10:00 10:50 2", "ann 11:00 11:30 1", "bob 10:05 10:35 1"];

        await world.RunUntilAsync(async () => wanted.SequenceEqual(await ToldAsync(world)), Ct);
        await world.CatchUpAsync(Ct);
        // Another worker finds in the history what the first one knew, and two sessions become one.
        await world.ChangeViewAsync('c', 5, "ann", At("10:45"), Ct);

        wanted = ["ann 10:00 11:30 4", "bob 10:05 10:35 1"];
        await world.RunUntilAsync(async () => wanted.SequenceEqual(await ToldAsync(world)), Ct);
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task What_is_told_last_is_what_the_rows_say_whatever_the_worker_dies_at(int seed)
    {
        var random = new Random(seed);
        await using var world = World();
        await world.AnnounceViewsAsync(Ct);
        var views = new List<(string User, DateTime At)>();
        for (var round = 0; round < 4; round++)
        {
            for (var i = random.Next(5, 40); i > 0; i--)
            {
                var at = new DateTime(2025, 3, 8, 10, 0, 0).AddMinutes(random.Next(600));
                views.Add(($"u{random.Next(4)}", at));
                await world.ChangeViewAsync('c', views.Count, views[^1].User, At($"{at:HH:mm}"), Ct);
            }
            var store = new CrashingStore(world.Lake, random.Next(0, 25), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
        }
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);

        await world.RunUntilAsync(async () => Sessions(views).SequenceEqual(await ToldAsync(world)), Ct);
    }

    [Fact]
    public async Task A_time_that_is_none_is_refused_by_name()
    {
        await using var world = World(time: "user_id");
        await world.AnnounceViewsAsync(Ct);
        await world.ChangeViewAsync('c', 1, "ann", At("10:00"), Ct);

        var refused = await Assert.ThrowsAsync<TaplineException>(() => world.Worker().RunAsync(Ct));

        Assert.Equal(
            "window user_sessions cannot take column user_id of table app.page_views as a time: it is String",
            refused.Message);
    }

    static DeviceWorld World(string time = "occurred_at") => new()
    {
        Windows =
        [
            new StreamWindow(
                new WindowDefinition(
                    "user_sessions", new WindowShape.Session(30 * Minute, 24 * 60 * Minute),
                    [new("views", AggregateKind.Count)])
                {
                    LatenessUs = 24 * 60 * Minute,
                },
                "app.page_views",
                ["user_id"])
            {
                Time = time,
                Early = TimeSpan.Zero,
            },
        ],
    };

    static string At(string time) => $"2025-03-08T{time}:00Z";

    // By sorting: a view less than half an hour after the one before it goes on with its session.
    static List<string> Sessions(IEnumerable<(string User, DateTime At)> views)
    {
        var sessions = new List<(string User, DateTime Start, DateTime Last, int Views)>();
        foreach (var (user, at) in views.OrderBy(static view => view.User, StringComparer.Ordinal)
            .ThenBy(static view => view.At))
        {
            if (sessions.Count > 0 && sessions[^1] is var last && last.User == user
                && at - last.Last < TimeSpan.FromMinutes(30))
                sessions[^1] = last with { Last = at, Views = last.Views + 1 };
            else
                sessions.Add((user, at, at, 1));
        }
        return [.. sessions.Select(static one =>
            $"{one.User} {one.Start:HH:mm} {one.Last.AddMinutes(30):HH:mm} {one.Views}")];
    }

    // The last result of each window, but of those that were taken back.
    static async Task<List<string>> ToldAsync(DeviceWorld world)
    {
        var partition = new TopicPartition(TopicNames.Live(DeviceWorld.Prefix, "user_sessions"), 0);
        if ((await world.Log.ListTopicsAsync(Ct)).All(topic => topic.Name != partition.Topic))
            return [];
        var end = (await world.Log.OffsetsAsync(partition, Ct)).End;
        var told = new SortedDictionary<string, (long Generation, long Revision, string? Words)>(
            StringComparer.Ordinal);
        await using var reader = world.Log.OpenReader("test");
        reader.Assign(partition, 0);
        for (var next = 0L; next < end;)
        {
            foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(1), 1 << 20, Ct))
            {
                foreach (var slot in chunk.Slots.ToArray())
                    Take(chunk.Value(slot).ToArray(), told);
                next = chunk.NextOffset;
            }
        }
        return [.. told.Values.Select(static one => one.Words).OfType<string>()];
    }

    static void Take(
        byte[] value, SortedDictionary<string, (long Generation, long Revision, string? Words)> told)
    {
        using var json = JsonDocument.Parse(value);
        var result = json.RootElement;
        var (user, start) = (result.GetProperty("key").GetProperty("user_id"), Time(result, "window_start"));
        var mark = (result.GetProperty("generation").GetInt64(), result.GetProperty("revision").GetInt64());
        var values = result.GetProperty("values");
        var words = values.ValueKind == JsonValueKind.Null
            ? null
            : $"{user} {start} {Time(result, "window_end")} {values.GetProperty("views")}";
        var key = $"{user} {start}";
        if (!told.TryGetValue(key, out var before) || mark.CompareTo((before.Generation, before.Revision)) >= 0)
            told[key] = (mark.Item1, mark.Item2, words);
    }

    static string Time(JsonElement result, string name) => result.GetProperty(name).GetString()![11..16];
}
