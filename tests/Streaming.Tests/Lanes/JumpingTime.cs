namespace Tapline.Streaming.Tests.Lanes;

/// <summary>The system's clock, with jumps ahead.</summary>
sealed class JumpingTime : TimeProvider
{
    long _jumped;

    /// <summary>Lets time have passed at once.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _jumped, (long)(by.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _jumped);
}
