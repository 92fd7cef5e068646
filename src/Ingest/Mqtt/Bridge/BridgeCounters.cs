namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>What a bridge has done since it started.</summary>
public sealed class BridgeCounters
{
    long _records;
    long _deadLetters;
    long _empty;

    /// <summary>Messages that became records of their stream; sent again ones count again.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>Messages of no use, which went to the dead letters.</summary>
    public long DeadLetters => Interlocked.Read(ref _deadLetters);

    /// <summary>Messages without a payload, which only clear what is retained.</summary>
    public long Empty => Interlocked.Read(ref _empty);

    internal void Count(bool isEmpty, string? reason)
    {
        if (isEmpty)
            Interlocked.Increment(ref _empty);
        else if (reason is null)
            Interlocked.Increment(ref _records);
        else
            Interlocked.Increment(ref _deadLetters);
    }
}
