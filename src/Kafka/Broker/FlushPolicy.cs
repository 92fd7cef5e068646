namespace Tapline.Kafka.Broker;

/// <summary>When records reach the disk for sure. Whatever the policy, an acknowledged record is with the operating
/// system and survives the end of this process, <c>kill -9</c> too; the policy is about loss of power.</summary>
/// <remarks>The default flushes every second. A flush of each batch costs a disk write for every produce request, some
/// hundred times the append itself, and what it buys on one machine is at most that second: the sources keep their
/// position until we acknowledge, but not after. A clean stop flushes everything, whatever the policy.</remarks>
public sealed record FlushPolicy
{
    FlushPolicy(TimeSpan? interval, bool isEveryBatch) => (Interval, IsEveryBatch) = (interval, isEveryBatch);

    /// <summary>Only when the broker stops.</summary>
    public static FlushPolicy None { get; } = new(null, false);

    /// <summary>Before each acknowledgement.</summary>
    public static FlushPolicy EveryBatch { get; } = new(TimeSpan.FromSeconds(1), true);

    /// <summary>The pause between two flushes in the background; null for none.</summary>
    public TimeSpan? Interval { get; }

    /// <summary>A produce request waits for the disk.</summary>
    public bool IsEveryBatch { get; }

    /// <summary>In the background, at this pace.</summary>
    public static FlushPolicy Every(TimeSpan interval) => new(interval, false);
}
