using Tapline.Streaming.Tests.Lanes;

namespace Tapline.Streaming.Tests.Devices;

/// <summary>Invariants 1, 6 and 7: messages of devices that are not known wait, and come in when they are.</summary>
public sealed class DeviceRegistryTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Fact]
    public async Task Messages_of_an_unknown_device_come_in_by_themselves_when_it_has_arrived()
    {
        await using var world = new DeviceWorld();
        await world.DeclareTableAsync(Ct);
        await world.ChangeTapAsync("d1", Ct);
        await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", 1), Ct);
        await world.SendAsync("pour", "d2", DeviceWorld.Message("b1", 1), Ct, times: 2);
        await world.SendAsync("alert", "d2", DeviceWorld.Message("b1", 2), Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal([["d1", "1"]], await world.HistoryAsync("pour", "device_id, seq", Ct));
        Assert.Equal(
            [["iot.alert", "unknown_device", "1"], ["iot.pour", "unknown_device", "2"]],
            await world.QueryAsync("quarantine", "\"table\", reason, count(*)", Ct, "GROUP BY ALL ORDER BY 1"));

        await world.RunUntilAsync(
            async () =>
            {
                // Another worker finds those who wait in the lake.
                await world.ChangeTapAsync("d2", Ct);
                return (await world.HistoryAsync("alert", "seq", Ct)).Count > 0;
            },
            Ct);
        await world.SendAsync("pour", "d2", DeviceWorld.Message("b1", 3), Ct, times: 2);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            [["d1", "1"], ["d2", "1"], ["d2", "3"]],
            await world.HistoryAsync("pour", "device_id, seq", Ct, "ORDER BY device_id, seq"));
        Assert.Equal(
            [["applied"], ["applied"], ["known"]],
            await world.QueryAsync("quarantine_replayed", "outcome", Ct, "ORDER BY outcome"));
    }

    [Fact]
    public async Task A_worker_that_starts_behind_knows_the_devices_before_their_messages()
    {
        await using var world = new DeviceWorld();
        for (var device = 0; device < 40; device++)
            await world.SendAsync("pour", $"d{device}", DeviceWorld.Message("b1", 1), Ct);
        await world.DeclareTableAsync(Ct);
        for (var device = 0; device < 40; device++)
            await world.ChangeTapAsync($"d{device}", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QueryAsync("quarantine", "\"table\", reason, detail", Ct));
        Assert.Equal(40, (await world.HistoryAsync("pour", "device_id", Ct)).Count);
    }

    [Fact]
    public async Task Of_a_device_with_too_many_messages_the_first_come_in_and_the_others_wait_for_a_person()
    {
        await using var world = new DeviceWorld();
        await world.DeclareTableAsync(Ct, parkedMax: 3);
        for (var seq = 0; seq < 7; seq++)
            await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", seq), Ct);
        await world.CatchUpAsync(Ct);
        await world.ChangeTapAsync("d1", Ct);
        await world.RunUntilAsync(async () => (await world.HistoryAsync("pour", "seq", Ct)).Count == 3, Ct);
        var partition = int.Parse((await world.HistoryAsync("pour", "_partition", Ct))[0][0]!);
        await world.ReplayAsync("pour", "d1", DeviceWorld.Message("b1", 6), offset: 6, partition, Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            ["0", "1", "2", "6"],
            (await world.HistoryAsync("pour", "seq", Ct, "ORDER BY seq")).Select(static row => row[0]));
    }

    [Fact]
    public async Task A_device_that_was_removed_is_unknown_again()
    {
        await using var world = new DeviceWorld();
        await world.DeclareTableAsync(Ct);
        await world.ChangeTapAsync("d1", Ct);
        await world.ChangeTapAsync("d2", Ct);
        await world.CatchUpAsync(Ct);
        await world.ChangeTapAsync("d1", Ct, isThere: false);
        await world.CatchUpAsync(Ct);
        await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", 1), Ct);
        await world.SendAsync("pour", "d2", DeviceWorld.Message("b1", 1), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal([["d2"]], await world.HistoryAsync("pour", "device_id", Ct));
        Assert.Equal([["unknown_device"]], await world.QueryAsync("quarantine", "reason", Ct));
    }

    [Fact]
    public async Task A_message_whose_time_is_believed_by_now_is_taken_in_when_it_is_sent_back()
    {
        await using var world = new DeviceWorld();
        var message = DeviceWorld.Message("b1", 1, "", "2025-03-10T00:00:00Z", "2025-03-08T00:00:00Z");
        await world.SendAsync("pour", "d1", message, Ct);
        await world.CatchUpAsync(Ct);
        var place = (await world.QueryAsync("quarantine", "reason, \"partition\"", Ct))[0];
        Assert.Equal("clock_skew", place[0]);
        world.Devices = world.Devices with { AheadMax = TimeSpan.FromDays(3) };
        await world.ReplayAsync("pour", "d1", message, offset: 0, int.Parse(place[1]!), Ct);
        await world.ReplayAsync("pour", "d1", message, offset: 0, int.Parse(place[1]!), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal([["2025-03-10", "ahead"]], await world.HistoryAsync("pour", "event_date, flags", Ct));
        Assert.Equal([["applied"]], await world.QueryAsync("quarantine_replayed", "outcome", Ct));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Every_message_is_in_the_lake_once_whoever_comes_and_goes_and_whatever_write_it_dies_at(int seed)
    {
        var random = new Random(seed);
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        await using var world = new DeviceWorld();
        await world.DeclareTableAsync(Ct);
        await world.ChangeTapAsync("d0", Ct);
        for (var round = 0; round < 6; round++)
        {
            for (var i = random.Next(5, 40); i > 0; i--)
            {
                var (device, seq) = (random.Next(4), random.Next(30));
                if (random.Next(10) == 0)
                    await world.ChangeTapAsync($"d{random.Next(1, 4)}", Ct, isThere: random.Next(3) > 0);
                await world.SendAsync(
                    "pour", $"d{device}", DeviceWorld.Message("b1", seq), Ct, times: random.Next(1, 3));
                expected.Add($"d{device}|{seq}");
            }
            var store = new CrashingStore(world.Lake, random.Next(0, 40), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
        }
        world.Store = world.Lake;
        for (var device = 1; device < 4; device++)
            await world.ChangeTapAsync($"d{device}", Ct);
        List<string> found = [];
        await world.RunUntilAsync(
            async () =>
            {
                var rows = await world.HistoryAsync("pour", "device_id, seq", Ct);
                found = [.. rows.Select(static row => string.Join('|', row))];
                return found.Count >= expected.Count && await world.IsCaughtUpAsync(Ct);
            },
            Ct);

        Assert.Equal(expected, found.Order(StringComparer.Ordinal));
    }
}
