namespace Tapline.Kafka.Tests.Broker;

/// <summary>A clock that tests set; timers run in real time, so that nothing waits for a clock that stands
/// still.</summary>
sealed class AdjustableTime : TimeProvider
{
    long _ticks = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    public long NowMs => GetUtcNow().ToUnixTimeMilliseconds();

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
