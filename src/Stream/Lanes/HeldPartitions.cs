using Tapline.Contracts;
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

    // Only time in which the log was read is waited: what comes during a long commit was not looked for. One turn of
    // the lane's loop, with one look into the log, counts for no more than this.
    static readonly TimeSpan TurnMax = TimeSpan.FromMilliseconds(100);

    readonly List<LanePartition> _held = [];
    long _turnBegan = time.GetTimestamp();

    /// <summary>Whether there are any.</summary>
    public bool Any => _held.Count > 0;

    /// <summary>Another turn of the lane's loop begins: those that wait have waited for the one before it.</summary>
    public void BeginTurn()
    {
        var now = time.GetTimestamp();
        var took = time.GetElapsedTime(_turnBegan, now);
        _turnBegan = now;
        if (took > TurnMax)
            took = TurnMax;
        foreach (var partition in _held)
        {
            var (hold, passed) = (partition.Hold!, partition.Order.PassedCount);
            partition.Hold = hold with
            {
                Waited = hold.Waited + took,
                Quiet = hold.PassedCount == passed ? hold.Quiet + took : TimeSpan.Zero,
                PassedCount = passed,
            };
        }
    }

    /// <summary>Stops reading a partition at its next record.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="reason">For what it waits.</param>
    /// <param name="move">Of a change of key, where it stands in the source's order.</param>
    public void Hold(LanePartition partition, HoldReason reason, SourcePosition move)
    {
        var isSame = partition.Hold is { } before && before.Offset == partition.Next && before.Reason == reason;
        partition.Hold = new PartitionHold(
            reason,
            partition.Next,
            isSame ? partition.Hold!.Waited : TimeSpan.Zero,
            partition.Order.Moved.LeftCount,
            isSame ? partition.Hold!.Quiet : TimeSpan.Zero,
            partition.Order.PassedCount,
            move);
        partition.IsHeld = true;
        reader.Unassign(partition.Id);
        _held.Add(partition);
    }

    /// <summary>Goes on reading the partitions that wait for an old row where another has come. Where none comes any
    /// more, or with <paramref name="giveUp"/>, the first of them goes on without: what the others wait for may lie
    /// behind it.</summary>
    public void ReleaseOldRows(bool giveUp)
    {
        if (Release(HoldReason.OldRow, static partition =>
            partition.Order.Moved.LeftCount != partition.Hold!.LeftCount))
            return;
        var over = _held.FindAll(partition => IsFirst(partition)
            && (giveUp || partition.Hold!.Quiet > QuietMax || partition.Hold.Waited > OldRowWaitMax));
        foreach (var partition in over)
            partition.GivenUpAt = partition.Hold!.Offset;
        Release(HoldReason.OldRow, over.Contains);
    }

    /// <summary>Goes on reading the partitions that wait for one of the other reasons.</summary>
    public void Release(HoldReason reason) => _ = Release(reason, static _ => true);

    /// <summary>Whether a partition has waited for longer than a time.</summary>
    public bool HasWaited(HoldReason reason, TimeSpan longer) => _held.Exists(partition =>
        partition.Hold!.Reason == reason && partition.Hold.Waited > longer);

    // The old row of the first one stood before all others that wait: none of those is in its way.
    bool IsFirst(LanePartition partition) => partition.Hold!.Reason == HoldReason.OldRow && !_held.Exists(other =>
        other.Order == partition.Order && other.Hold!.Reason == HoldReason.OldRow
        && other.Hold.Move.CompareTo(partition.Hold!.Move) < 0);

    bool Release(HoldReason reason, Func<LanePartition, bool> isOver)
    {
        var before = _held.Count;
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            var partition = _held[i];
            if (partition.Hold!.Reason != reason || !isOver(partition))
                continue;
            partition.IsHeld = false;
            reader.Assign(partition.Id, partition.Next);
            _held.RemoveAt(i);
        }
        return _held.Count < before;
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
    /// <summary>The table of devices, which is behind its topic.</summary>
    Devices,
}

/// <summary>A wait.</summary>
/// <param name="Reason">For what.</param>
/// <param name="Offset">The record that waits.</param>
/// <param name="Waited">How long it has been so far.</param>
/// <param name="LeftCount">How many rows of the topic had left their keys by then.</param>
/// <param name="Quiet">For how long the topic's other partitions have brought nothing.</param>
/// <param name="PassedCount">How many changes of the topic had been let through by then.</param>
/// <param name="Move">Of a change of key, where it stands in the source's order.</param>
sealed record PartitionHold(
    HoldReason Reason,
    long Offset,
    TimeSpan Waited,
    long LeftCount,
    TimeSpan Quiet,
    long PassedCount,
    SourcePosition Move);
