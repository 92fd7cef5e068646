using Tapline.Contracts.Log;

namespace Tapline.Streaming.Lanes;

/// <summary>The partitions that wait before a record which cannot be applied yet. The record stays in the log: nothing
/// is gathered in memory.</summary>
sealed class HeldPartitions(IEventReader reader, TimeProvider time)
{
    // Both halves of a change of key are written within one transaction: where the other partitions bring nothing more
    // and the first half has not come, it was lost. While they do it may still come, but nobody waits for ever.
    static readonly TimeSpan QuietMax = TimeSpan.FromSeconds(2);
    static readonly TimeSpan OldRowWaitMax = TimeSpan.FromSeconds(60);

    readonly List<LanePartition> _held = [];

    /// <summary>Whether there are any.</summary>
    public bool Any => _held.Count > 0;

    /// <summary>Stops reading a partition at its next record.</summary>
    public void Hold(LanePartition partition, HoldReason reason)
    {
        var now = time.GetTimestamp();
        var isSame = partition.Hold is { } before && before.Offset == partition.Next && before.Reason == reason;
        partition.Hold = new PartitionHold(
            reason,
            partition.Next,
            isSame ? partition.Hold!.Since : now,
            partition.Order.Moved.LeftCount,
            isSame ? partition.Hold!.QuietSince : now,
            partition.Order.PassedCount);
        partition.IsHeld = true;
        reader.Unassign(partition.Id);
        _held.Add(partition);
    }

    /// <summary>Goes on reading the partitions that wait for an old row, where another has come or none comes any more;
    /// with <paramref name="giveUp"/> all of them.</summary>
    public void ReleaseOldRows(bool giveUp)
    {
        Release(HoldReason.OldRow, partition =>
        {
            var hold = partition.Hold!;
            if (hold.PassedCount != partition.Order.PassedCount)
            {
                hold = hold with { QuietSince = time.GetTimestamp(), PassedCount = partition.Order.PassedCount };
                partition.Hold = hold;
            }
            var isOver = giveUp || time.GetElapsedTime(hold.QuietSince) > QuietMax
                || time.GetElapsedTime(hold.Since) > OldRowWaitMax;
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
/// <param name="QuietSince">Since when the topic's other partitions have brought nothing.</param>
/// <param name="PassedCount">How many changes of the topic had been let through by then.</param>
sealed record PartitionHold(
    HoldReason Reason, long Offset, long Since, long LeftCount, long QuietSince, long PassedCount);
