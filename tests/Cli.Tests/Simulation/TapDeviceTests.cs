using System.Text;
using System.Text.Json;
using Tapline.Cli.Simulation.Taps;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Tests.Simulation;

/// <summary>What taps do, without a network.</summary>
public sealed class TapDeviceTests
{
    // A Monday morning.
    static readonly DateTimeOffset Start = new(2025, 3, 3, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_tap_is_the_same_in_a_fleet_of_any_size()
    {
        var few = TapFleet.Create(1, 40, FaultRates.None);
        var many = TapFleet.Create(1, 4000, FaultRates.None);

        Assert.Equal(few, many.Take(40));
        Assert.Distinct(many.Select(static tap => tap.Device));
        Assert.Equal(Texts(few[7], days: 1), Texts(many[7], days: 1));
        Assert.NotEqual(few[0].Device, TapFleet.Create(2, 1, FaultRates.None)[0].Device);
        Assert.InRange(many.Count / (double)many.DistinctBy(static tap => tap.Location).Count(), 3.8, 4.2);
    }

    [Fact]
    public void Another_start_is_another_life_of_the_same_tap()
    {
        var place = TapFleet.Create(1, 1, FaultRates.None)[0];
        var later = new TapWorld(1, Start.AddSeconds(1), FaultRates.None).Devices([place])[0];

        Assert.NotEqual(
            Field(Messages(place, days: 1)[0], "boot_id"), Field(Take(later, Start.AddDays(1))[0], "boot_id"));
    }

    [Fact]
    public void Steps_come_in_the_order_of_time_and_numbers_without_a_gap()
    {
        var faults = FaultRates.Parse("default,outages=4,late=1");
        foreach (var place in TapFleet.Create(3, 20, faults))
        {
            var steps = Steps(place, faults, days: 4).ToList();
            Assert.Equal(steps.Select(static step => step.AtMs).Order(), steps.Select(static step => step.AtMs));
            var messages = steps.OfType<DeviceStep.Publish>().Select(static step => step.Body).ToList();
            Assert.All(messages.GroupBy(static body => Field(body, "boot_id")), static boot => Assert.Equal(
                Enumerable.Range(1, boot.Count()).Select(static n => $"{n}"),
                boot.Select(static body => Field(body, "seq"))));
            Assert.Distinct(messages.Select(static body => Field(body, "eid")));
        }
    }

    [Fact]
    public void Guests_come_as_often_and_when_the_business_says()
    {
        var pours = TapFleet.Create(5, 200, FaultRates.None).SelectMany(static place =>
            Messages(place, days: 14).Where(static body => body.Stream == TapStreams.Pour)
                .Select(body => Instant(Field(body, "ts")).AddHours(place.UtcOffsetHours))).ToList();

        // 60 a day; the winter takes a tenth.
        Assert.InRange(pours.Count / (200.0 * 14), 45, 75);
        Assert.DoesNotContain(pours, static local => local.Hour is >= 3 and < 11);
        var byHour = pours.CountBy(static local => local.Hour).ToDictionary();
        Assert.InRange(byHour[21] / (double)byHour[12], 5.5, 8.5);
        var byDay = pours.CountBy(static local => local.AddHours(-5).DayOfWeek).ToDictionary();
        Assert.InRange(byDay[DayOfWeek.Saturday] / (double)byDay[DayOfWeek.Monday], 2.6, 4.2);
    }

    [Fact]
    public void A_tap_tells_each_minute_how_it_is_and_sometimes_warns()
    {
        var messages = TapFleet.Create(5, 40, FaultRates.None)
            .SelectMany(static place => Messages(place, days: 7)).ToList();

        var heartbeats = messages.Where(static body => body.Stream == TapStreams.Heartbeat).ToList();
        Assert.InRange(heartbeats.Count, 40 * 7 * 1439, 40 * 7 * 1440);
        Assert.All(heartbeats.Take(500), static body => Assert.False(body.IsAcknowledged));
        var alerts = messages.Where(static body => body.Stream == TapStreams.Alert).ToList();
        Assert.InRange(alerts.Count / (40.0 * 7), 0.08, 0.6);
        Assert.Contains(alerts, static body => Field(body, "code") == "temp_high");
        Assert.Contains(alerts, static body => Field(body, "code") == "keg_low");
        Assert.Contains(alerts, static body => Field(body, "cleared") == "True");
    }

    [Fact]
    public void Outages_lose_the_link_or_hang_and_those_who_go_on_pouring_keep_their_boot()
    {
        var faults = FaultRates.Parse("outages=3");
        var steps = TapFleet.Create(6, 60, faults).SelectMany(place => Steps(place, faults, days: 10)).ToList();

        var lost = steps.OfType<DeviceStep.Lose>().Count();
        var hung = steps.OfType<DeviceStep.Leave>().Count();
        Assert.InRange(lost / (double)(lost + hung), 0.63, 0.77);
        var reasons = steps.OfType<DeviceStep.Publish>().Where(static step => step.Body.Stream == TapStreams.Status)
            .CountBy(static step => Field(step.Body, "reason")).ToDictionary();
        Assert.InRange(reasons["reconnect"] / (double)lost, 0.5, 0.7);
        var wills = steps.OfType<DeviceStep.Connect>().Select(static step => Field(step.Will!, "conn_id")).ToList();
        Assert.Distinct(wills);
    }

    [Fact]
    public void What_is_taken_back_repeats_what_was_said()
    {
        var faults = FaultRates.Parse("voids=0.2");
        var pours = TapFleet.Create(7, 10, faults).SelectMany(place => Messages(place, 5, faults))
            .Where(static body => body.Stream == TapStreams.Pour).ToList();
        var byEvent = pours.ToDictionary(static body => Field(body, "eid"));
        var voids = pours.Where(static body => Field(body, "op") == "void").ToList();

        Assert.NotEmpty(voids);
        Assert.All(voids, body =>
        {
            var taken = byEvent[Field(body, "ref_eid")];
            foreach (var field in new[] { "ts", "kind", "pid", "volume_ml", "target_ml", "dur_ms", "amount_minor" })
                Assert.Equal(Field(taken, field), Field(body, field));
        });
    }

    [Fact]
    public void Clocks_are_wrong_by_ten_minutes_or_say_1970_where_the_fault_says_so()
    {
        var faults = FaultRates.Parse("skew=1,epoch=0.1,late=1");
        var steps = TapFleet.Create(8, 20, faults).SelectMany(place => Steps(place, faults, days: 1))
            .OfType<DeviceStep.Publish>().ToList();

        Assert.All(steps, static step =>
        {
            var age = DateTimeOffset.FromUnixTimeMilliseconds(step.AtMs) - Instant(Field(step.Body, "ts"));
            if (step.Faults.HasFlag(DeviceFaults.Epoch))
                Assert.Equal(1970, Instant(Field(step.Body, "ts")).Year);
            else if (step.Faults.HasFlag(DeviceFaults.VeryLate))
                Assert.InRange(age.TotalHours, 71, 241);
            else if (step.Faults.HasFlag(DeviceFaults.Late))
                Assert.InRange(age.TotalHours, -1, 73);
            else
                Assert.InRange(Math.Abs(age.TotalMinutes), 0.00001, 10);
        });
        Assert.Contains(steps, static step => step.Faults.HasFlag(DeviceFaults.Epoch));
        Assert.Contains(steps, static step => step.Faults.HasFlag(DeviceFaults.Late));
    }

    static IEnumerable<DeviceStep> Steps(TapPlace place, FaultRates faults, int days)
    {
        var device = new TapWorld(9, Start, faults).Devices([place])[0];
        for (var step = device.Next(); step.AtMs < Start.AddDays(days).ToUnixTimeMilliseconds(); step = device.Next())
            yield return step;
    }

    static List<DeviceMessageBody> Messages(TapPlace place, int days, FaultRates? faults = null) =>
    [
        .. Steps(place, faults ?? FaultRates.None, days).OfType<DeviceStep.Publish>()
            .Select(static step => step.Body),
    ];

    static List<DeviceMessageBody> Take(SyntheticDevice device, DateTimeOffset until)
    {
        var taken = new List<DeviceMessageBody>();
        for (var step = device.Next(); step.AtMs < until.ToUnixTimeMilliseconds(); step = device.Next())
        {
            if (step is DeviceStep.Publish publish)
                taken.Add(publish.Body);
        }
        return taken;
    }

    static List<string> Texts(TapPlace place, int days) =>
        [.. Messages(place, days).Select(static body => Encoding.UTF8.GetString(body.Payload.Span))];

    static DateTimeOffset Instant(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    static string Field(DeviceMessageBody body, string name)
    {
        using var json = JsonDocument.Parse(body.Payload);
        return json.RootElement.GetProperty(name).ToString();
    }
}
