namespace Tapline.Cli.Running;

/// <summary>How fast a count has grown since it was last asked for.</summary>
sealed class CountRate(TimeProvider time)
{
    long _count;
    long _at = time.GetTimestamp();

    /// <summary>Notes the count, and says how many a second were added.</summary>
    public double PerSecond(long count)
    {
        var seconds = time.GetElapsedTime(_at).TotalSeconds;
        var rate = seconds > 0 ? (count - _count) / seconds : 0;
        (_count, _at) = (count, time.GetTimestamp());
        return rate;
    }
}
