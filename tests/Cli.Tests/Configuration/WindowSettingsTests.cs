using Tapline.Cli.Configuration;
using Tapline.Streaming.Windows;

namespace Tapline.Cli.Tests.Configuration;

public sealed class WindowSettingsTests
{
    const long Second = 1_000_000;

    [Fact]
    public void Tumbling_sliding_and_session_windows_are_read_as_they_stand()
    {
        var windows = Parse("""
            pipeline: bar
            windows:
              pours_1m:
                stream: pour
                key: [location_id]
                size_seconds: 60
                where: { kind: sale }
                values: { pours: count, volume: sum(volume_ml) }
                early_seconds: 1
              alerts_15m:
                stream: alert
                key: [device_id, code]
                size_seconds: 900
                step_seconds: 60
                late_seconds: 7200
                values: { alerts: count, codes: distinct(code) }
              pour_rush:
                stream: pour
                key: location_id
                gap_seconds: 300
                max_seconds: 43200
                least: 20
                values: { pours: count }
            """).Windows.OrderBy(static window => window.Definition.Name).ToArray();

        Assert.Equal(
            [
                new WindowShape.Fixed(900 * Second, 60 * Second),
                new WindowShape.Session(300 * Second, 43_200 * Second),
                new WindowShape.Fixed(60 * Second, 60 * Second),
            ],
            windows.Select(static window => window.Definition.Shape));
        var (alerts, rush, pours) = (windows[0], windows[1], windows[2]);
        Assert.Equal(["device_id", "code"], alerts.Key);
        Assert.Equal((7200 * Second, 3600 * Second), (alerts.Definition.LatenessUs, pours.Definition.LatenessUs));
        Assert.Equal(new WindowAggregate("codes", AggregateKind.Distinct, "code"), alerts.Definition.Aggregates[1]);
        Assert.Equal((20m, null), (rush.Definition.Threshold, pours.Definition.Threshold));
        Assert.Equal((TimeSpan.FromSeconds(1), (TimeSpan?)null), (pours.Early, rush.Early));
        Assert.Equal("sale", pours.Where["kind"]);
    }

    [Fact]
    public void A_window_may_be_over_the_rows_that_come_to_a_table()
    {
        var window = Assert.Single(Parse("""
            pipeline: bar
            windows:
              user_sessions: { table: app.page_events, time: occurred_at, key: [user_id], gap_seconds: 1800,
                values: { events: count } }
            """).Windows);

        Assert.Equal(("app.page_events", "occurred_at"), (window.Table?.ToString(), window.Time));
    }

    [Theory]
    [InlineData("stream: app.page_events", "must be a word; for a table write table: schema.name")]
    [InlineData("stream: pour, time: occurred_at", "time goes with table")]
    [InlineData("stream: pour, table: app.page_events", "exclude each other")]
    [InlineData("table: page_events", "table must be schema.name")]
    public void Where_a_window_is_over_is_a_stream_or_a_table(string settings, string wanted)
    {
        var yaml = $$"""
            pipeline: bar
            windows:
              w: { {{settings}}, key: [a], values: { n: count } }
            """;
        Assert.Contains(
            Assert.Throws<ConfigException>(() => Parse(yaml)).Problems,
            problem => problem.Contains(wanted, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("size_seconds: 60, step_seconds: 25, values: { n: count }", "a size is a multiple of the step")]
    [InlineData("size_seconds: 60, values: { n: median(x) }", "values.n must be count, or count, sum")]
    [InlineData("size_seconds: 60, values: { n: sum }", "found \"sum\"")]
    [InlineData("size_seconds: 60", "values must have one value at least")]
    [InlineData("size_second: 60, values: { n: count }", "did you mean \"size_seconds\"?")]
    public void A_mistake_is_told_with_its_place(string settings, string wanted)
    {
        var yaml = $$"""
            pipeline: bar
            windows:
              w: { stream: pour, key: [a], {{settings}} }
            """;
        Assert.Contains(
            Assert.Throws<ConfigException>(() => Parse(yaml)).Problems,
            problem => problem.StartsWith("tapline.yaml:3", StringComparison.Ordinal)
                && problem.Contains(wanted, StringComparison.Ordinal));
    }

    static PipelineConfig Parse(string yaml) => ConfigFile.Parse(yaml, "tapline.yaml", "/home/bar", static _ => null);
}
