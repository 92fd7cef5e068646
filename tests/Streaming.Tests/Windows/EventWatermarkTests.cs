using Tapline.Streaming.Windows;

namespace Tapline.Streaming.Tests.Windows;

public sealed class EventWatermarkTests
{
    const long Second = 1_000_000;

    readonly ManualTime _time = new();

    [Fact]
    public void The_slowest_partition_that_brings_events_counts_and_a_silent_one_does_not()
    {
        var watermark = new EventWatermark(_time);
        Assert.Equal(long.MinValue, watermark.Next());
        watermark.Observe(0, 100 * Second);
        watermark.Observe(1, 60 * Second);
        watermark.Observe(0, 90 * Second);
        Assert.Equal(50 * Second, watermark.Next());
        _time.Jump(TimeSpan.FromSeconds(4));
        watermark.Observe(0, 120 * Second);
        Assert.Equal(50 * Second, watermark.Next());
        _time.Jump(TimeSpan.FromSeconds(2));
        Assert.Equal(110 * Second, watermark.Next());
        // It comes back with what it has; the watermark does not go back.
        watermark.Observe(1, 70 * Second);
        Assert.Equal(110 * Second, watermark.Next());
    }

    [Fact]
    public void Where_nothing_comes_time_goes_on_by_the_clock()
    {
        var watermark = new EventWatermark(_time);
        watermark.Observe(0, 100 * Second);
        _time.Jump(TimeSpan.FromSeconds(65));
        Assert.Equal(150 * Second, watermark.Next());
    }

    sealed class ManualTime : TimeProvider
    {
        long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Jump(TimeSpan by) => _ticks += by.Ticks;
    }
}
