namespace Tapline.Kafka.Client;

/// <summary>When to try again after failures in a row: at once the first time, then after pauses that double.</summary>
sealed class Backoff(TimeProvider time)
{
    static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    long _failedAt;
    TimeSpan _pause;

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; private set; }

    /// <summary>How long to wait yet; zero or less when it is time.</summary>
    public TimeSpan Left => Failures == 0 ? TimeSpan.Zero : _pause - time.GetElapsedTime(_failedAt);

    public void Fail()
    {
        _failedAt = time.GetTimestamp();
        _pause = Failures == 0 ? PauseMin : _pause * 2 < PauseMax ? _pause * 2 : PauseMax;
        Failures++;
    }

    public void Succeed() => Failures = 0;
}
