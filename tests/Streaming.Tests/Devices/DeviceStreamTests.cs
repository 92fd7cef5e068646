using Tapline.Contracts;
using Tapline.Contracts.Sources;

namespace Tapline.Streaming.Tests.Devices;

/// <summary>Invariants 1 and 7: what devices send is in the history once, or in quarantine.</summary>
public sealed class DeviceStreamTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Declared_fields_are_columns_and_all_others_stay_in_the_payload()
    {
        await using var world = new DeviceWorld();
        await world.SendAsync(
            "pour", "d1",
            DeviceWorld.Message("b1", 7, ""","volume_ml":481,"kind":"sale","\u00e4":{"x": [1, 2]},"pid":null"""), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            [["d1", "b1", "7", "2025-03-08 02:14:07.12+00", "2025-03-08 02:14:07.41+00", "a1", "481", "sale",
                """{"v":1,"\u00e4":{"x": [1, 2]},"pid":null}""", null, "2025-03-08"]],
            await world.HistoryAsync(
                "pour",
                "device_id, boot_id, seq, ts, received_at, account_id, volume_ml, kind, payload, flags, event_date",
                Ct));
    }

    [Fact]
    public async Task A_message_is_taken_once_over_streams_epochs_and_restarts()
    {
        await using var world = new DeviceWorld();
        await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", 1), Ct, times: 3);
        await world.CatchUpAsync(Ct);
        await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", 1), Ct);
        await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", 2), Ct, times: 2);
        // Numbers count over all streams of a boot.
        await world.SendAsync("alert", "d1", DeviceWorld.Message("b1", 2), Ct);
        await world.SendAsync("alert", "d1", DeviceWorld.Message("b2", 2), Ct);
        await world.SendAsync("alert", "d2", DeviceWorld.Message("b1", 2), Ct);
        await world.CatchUpAsync(Ct);

        var pours = await world.HistoryAsync("pour", "seq", Ct, "ORDER BY seq");
        var alerts = await world.HistoryAsync("alert", "device_id, boot_id", Ct, "ORDER BY device_id, boot_id");
        Assert.Equal(4, pours.Count + alerts.Count);
        Assert.Contains(["d1", "b2"], alerts);
        Assert.Contains(["d2", "b1"], alerts);
        Assert.Equal("1", pours[0][0]);
    }

    [Fact]
    public async Task A_boot_that_memory_has_let_go_is_looked_up_and_a_new_one_is_not_taken_for_it()
    {
        await using var world = new DeviceWorld();
        for (var boot = 0; boot < 9; boot++)
        {
            for (var seq = 0; seq < 4; seq++)
                await world.SendAsync("pour", "d1", DeviceWorld.Message($"b{boot}", seq * 2), Ct);
            await world.CatchUpAsync(Ct);
        }
        for (var boot = 0; boot < 10; boot++)
        {
            for (var seq = 0; seq < 8; seq++)
                await world.SendAsync("pour", "d1", DeviceWorld.Message($"b{boot}", seq), Ct, times: 2);
        }
        await world.CatchUpAsync(Ct);

        var found = await world.HistoryAsync("pour", "boot_id, seq", Ct);
        Assert.Equal(80, found.Count);
        Assert.Equal(80, found.Select(row => string.Join('|', row)).Distinct().Count());
    }

    [Fact]
    public async Task Numbers_below_the_gaps_that_memory_keeps_are_looked_up()
    {
        await using var world = new DeviceWorld();
        for (var seq = 0; seq < 300; seq += 2)
            await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", seq), Ct);
        await world.CatchUpAsync(Ct);
        for (var seq = 0; seq < 300; seq++)
            await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", seq), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            Enumerable.Range(0, 300).Select(static seq => $"{seq}"),
            (await world.HistoryAsync("pour", "seq", Ct, "ORDER BY seq")).Select(static row => row[0]));
    }

    [Fact]
    public async Task A_message_without_a_number_is_told_by_its_declared_fields_and_kept_without_them()
    {
        const string Will = """{"state":"offline","reason":"lwt","boot_id":"b1","conn_id":"c1","seq":null,"ts":null}""";
        await using var world = new DeviceWorld();
        await world.SendAsync("status", "d1", Will, Ct, times: 2);
        await world.SendAsync("status", "d1", Will.Replace("c1", "c2", StringComparison.Ordinal), Ct, times: 2);
        await world.SendAsync("status", "d2", Will, Ct);
        await world.CatchUpAsync(Ct);
        await world.SendAsync("status", "d1", Will, Ct, times: 2);
        // No key is declared for alerts, and this one has no connection.
        await world.SendAsync("alert", "d1", Will, Ct, times: 2);
        await world.SendAsync("status", "d1", """{"reason":"lwt"}""", Ct, times: 2);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            [
                ["d1", null], ["d1", null], ["d1", """["c1","lwt"]"""], ["d1", """["c2","lwt"]"""],
                ["d2", """["c1","lwt"]"""],
            ],
            await world.HistoryAsync("status", "device_id, _key", Ct, "ORDER BY device_id, _key NULLS FIRST"));
        Assert.Equal(
            [["2025-06-15 15:06:40+00", "no_ts"], ["2025-06-15 15:06:40+00", "no_ts"]],
            await world.HistoryAsync("alert", "ts, flags", Ct));
    }

    [Fact]
    public async Task Odd_times_are_marked_and_impossible_ones_wait_in_quarantine()
    {
        await using var world = new DeviceWorld();
        (string Ts, string Received)[] times =
        [
            ("2025-03-01T00:00:00Z", "2025-03-08T00:00:01Z"),
            ("2025-03-08T00:05:00Z", "2025-03-08T00:00:01Z"),
            ("2025-03-08T23:59:59.999Z", "2025-03-09T00:00:01Z"),
            ("2025-03-08T00:00:02Z", "2025-03-07T00:00:01Z"),
            ("1999-12-31T23:59:59Z", "2025-03-08T00:00:01Z"),
            ("infinity", "infinity"),
        ];
        for (var i = 0; i < times.Length; i++)
            await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", i, "", times[i].Ts, times[i].Received), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            [["0", "2025-03-01", "late"], ["1", "2025-03-08", "ahead"], ["2", "2025-03-08", null]],
            await world.HistoryAsync("pour", "seq, event_date, flags", Ct, "ORDER BY seq"));
        Assert.Equal(
            ["clock_skew", "clock_skew", "clock_skew"],
            (await world.QueryAsync("quarantine", "reason", Ct)).Select(static row => row[0]));
    }

    [Fact]
    public async Task What_does_not_fit_is_in_quarantine_with_its_reason_and_does_not_count_as_seen()
    {
        await using var world = new DeviceWorld();
        (string? Device, string Value, string Reason)[] sent =
        [
            ("d1", DeviceWorld.Message("b1", 1, ""","volume_ml":"much" """), "wrong_type"),
            ("d1", DeviceWorld.Message("b1", -1), "value_out_of_range"),
            ("d1", DeviceWorld.Message("b1", 2, ts: "yesterday"), "wrong_type"),
            ("d1", "[1]", "malformed_json"),
            ("d1", "{", "malformed_json"),
            ("d1", "{} {}", "malformed_json"),
            ("d1", "", "malformed_json"),
            (null, DeviceWorld.Message("b1", 3), "missing_key"),
            ("d1", DeviceWorld.Message("b1", 4, $",\"x\":\"{new string('x', 100_000)}\""), "too_large"),
        ];
        foreach (var (device, value, _) in sent)
            await world.SendAsync("pour", device, value, Ct);
        await world.SendAsync("pour", null, DeviceWorld.Message("b1", 5, ""","device_id":"d9" """), Ct);
        await world.SendAsync("pour", "d1", DeviceWorld.Message("b1", 1, ""","volume_ml":1,"device_id":"d2" """), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            sent.Select(static message => message.Reason).Order(),
            (await world.QueryAsync("quarantine", "reason", Ct)).Select(static row => row[0]!).Order());
        Assert.Equal(
            [["d1", "1", """{"v":1,"device_id":"d2"}"""], ["d9", "5", """{"v":1}"""]],
            await world.HistoryAsync("pour", "device_id, seq, payload", Ct, "ORDER BY device_id"));
    }

    [Fact]
    public async Task A_field_that_is_declared_later_becomes_a_column_and_one_of_another_type_is_refused()
    {
        await using var world = new DeviceWorld();
        await world.SendAsync("alert", "d1", DeviceWorld.Message("b1", 1, ""","code":"leak" """), Ct);
        await world.CatchUpAsync(Ct);
        world.Devices = new DeclaredDevices
        {
            Streams = [new("alert") { Columns = [new("code", "text") { NotNull = true }] }],
        };
        await world.SendAsync("alert", "d1", DeviceWorld.Message("b1", 2, ""","code":"leak" """), Ct);
        await world.SendAsync("alert", "d1", DeviceWorld.Message("b1", 3), Ct);
        await world.CatchUpAsync(Ct);

        Assert.Equal(
            [["1", null, "a1", """{"v":1,"code":"leak"}"""], ["2", "leak", null, """{"v":1,"account_id":"a1"}"""]],
            await world.HistoryAsync("alert", "seq, code, account_id, payload", Ct, "ORDER BY seq"));
        Assert.Equal([["contract_not_null"]], await world.QueryAsync("quarantine", "reason", Ct));

        world.Devices = new DeclaredDevices { Streams = [new("alert") { Columns = [new("code", "integer")] }] };
        await world.SendAsync("alert", "d1", DeviceWorld.Message("b1", 4), Ct);
        var refused = await Assert.ThrowsAsync<TaplineException>(() => world.RunUntilAsync(static () => false, Ct));
        Assert.Contains("field code of stream alert", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_one_day_are_folded_and_keep_their_day()
    {
        await using var world = new DeviceWorld();
        var sent = 0;
        await world.RunUntilAsync(
            async () =>
            {
                if (!await world.IsCaughtUpAsync(Ct) && sent > 0)
                    return false;
                var files = await world.FilesAsync("pour", Ct);
                var isFolded = sent >= 24 && files.Count < sent / 2;
                if (!isFolded)
                {
                    await world.SendAsync(
                        "pour", "d1", DeviceWorld.Message("b1", sent, "", $"2025-03-0{7 + sent % 2}T10:00:00Z"), Ct);
                    sent++;
                }
                return isFolded;
            },
            Ct);

        Assert.Equal(
            [["2025-03-07", $"{(sent + 1) / 2}"], ["2025-03-08", $"{sent / 2}"]],
            await world.HistoryAsync(
                "pour", "event_date, count(*)", Ct, "WHERE CAST(ts AS DATE) = event_date GROUP BY 1 ORDER BY 1"));
        Assert.All(
            await world.FilesAsync("pour", Ct),
            static file => Assert.StartsWith("event_date=2025-03-0", file, StringComparison.Ordinal));
    }

    [Theory, InlineData(2), InlineData(3), InlineData(16)]
    public void All_topics_of_devices_are_one_lane_s(int lanes)
    {
        var options = new StreamOptions { Pipeline = "bar", Prefix = "bar", Lanes = lanes };
        int[] owners = [.. Enumerable.Range(0, lanes).Where(lane => options.Of(lane).Owns("bar.iot.pour"))];

        Assert.Single(owners);
        Assert.All(
            ["bar.iot.status", "bar.iot.alert", "bar.iot.heartbeat"],
            topic => Assert.True(options.Of(owners[0]).Owns(topic)));
    }
}
