using Tapline.Contracts.Log;

namespace Tapline.Streaming.Lanes;

/// <summary>The partitions that wait before a record which cannot be applied yet. The record stays in the log: nothing
/// is gathered in memory.</summary>
sealed class HeldPartitions(IEventReader reader, TimeProvider time)
{
    // Both halves of a change of key are written within one transaction: where the first does not come, it was lost.
    static readonly TimeSpan OldRowWaitMax = TimeSpan.FromSeconds(2);

    readonly List<LanePartition> _held = [];

    /// <summary>Whether there are any.</summary>
    public bool Any => _held.Count > 0;

    /// <summary>Stops reading a partition at its next record.</summary>
    public void Hold(LanePartition partition, HoldReason reason)
    {
        var since = partition.Hold is { } before && before.Offset == partition.Next && before.Reason == reason
            ? before.Since
            : time.GetTimestamp();
        partition.Hold = new PartitionHold(reason, partition.Next, since, partition.Order.Moved.LeftCount);
        partition.IsHeld = true;
        reader.Unassign(partition.Id);
        _held.Add(partition);
    }

    /// <summary>Goes on reading the partitions that wait for an old row, where another has come or the wait was too
    /// long; with <paramref name="giveUp"/> all of them.</summary>
    public void ReleaseOldRows(bool giveUp)
    {
        Release(HoldReason.OldRow, partition =>
        {
            var hold = partition.Hold!;
            var isOver = giveUp || time.GetElapsedTime(hold.Since) > OldRowWaitMax;
            if (isOver)
                partition.GivenUpAt = hold.Offset;
            return isOver || partition.Order.Moved.LeftCount != hold.LeftCount;
        });
    }

    /// <summary>Goes on reading the partitions that wait for one of the other reasons.</summary>
    public void Release(HoldReason reason) => Release(reason, static _ => true);

    /// <summary>Whether a partition has waited for longer than a time.</summary>
    public bool HasWaited(HoldReason reason, TimeSpan longer) => _held.Exists(partition =>
        partition.Hold!.Reason == reason && time.GetElapsedTime(partition.Hold.Since) > longer);

    void Release(HoldReason reason, Func<LanePartition, bool> isOver)
    {
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            var partition = _held[i];
            if (partition.Hold!.Reason != reason || !isOver(partition))
                continue;
            partition.IsHeld = false;
            reader.Assign(partition.Id, partition.Next);
            _held.RemoveAt(i);
        }
    }
}

/// <summary>What a partition waits for.</summary>
enum HoldReason
{
    /// <summary>The row under the old key, which a change of key in another partition deletes.</summary>
    OldRow,
    /// <summary>The end of a transaction.</summary>
    Transaction,
    /// <summary>The next epoch.</summary>
    Epoch,
}

/// <summary>A wait.</summary>
/// <param name="Reason">For what.</param>
/// <param name="Offset">The record that waits.</param>
/// <param name="Since">When it began, by the clock's own ticks.</param>
/// <param name="LeftCount">How many rows of the topic had left their keys by then.</param>
sealed record PartitionHold(HoldReason Reason, long Offset, long Since, long LeftCount);
