using System.Buffers;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Tables;

/// <summary>The rows of a table with a key: applies each change to the row of its key, and to the history.</summary>
sealed class KeyedRows(CurrentTable current, HistoryBuffer history, RowIntake intake, TableCounters counters)
{
    readonly ArrayBufferWriter<byte> _packed = new(512);
    byte[] _key = new byte[64];
    byte[] _oldKey = new byte[64];

    /// <summary>Under which position the old row of the last change of a key waits.</summary>
    public SourcePosition LastMove { get; private set; }

    /// <summary>The key of the last row of a plan, valid until the next call.</summary>
    public ReadOnlySpan<byte> KeyOf(EventPlan plan) =>
        RowKey.Encode(plan.Rows.Values, plan.Rows.Count - 1, plan.KeyColumns, ref _key);

    /// <summary>Whether a change is new, late or a repeat.</summary>
    public Verdict Judge(in TableRecord record, ReadOnlySpan<byte> key)
    {
        var mark = MarkOf(key);
        return record.Meta.Kind == ChangeKind.Read
            ? record.Order.JudgeRead(record.Gate, record.Meta, mark ?? record.Order.Deleted.Find(key))
            : record.Order.Judge(record.Gate, record.Meta.Position, key, mark);
    }

    /// <summary>Passes over a change that the lake has: only what is known of the order has to follow.</summary>
    public void Pass(in TableRecord record, ReadOnlySpan<byte> key)
    {
        counters.Applied(record.Meta);
        if (record.Meta.Kind == ChangeKind.Read)
        {
            record.Order.Read(record.Meta);
            return;
        }
        record.Order.Pass(record.Gate, record.Meta);
        if (record.Meta.Kind == ChangeKind.Delete)
        {
            record.Order.Deleted.Add(key, record.Meta.Position);
            if (record.Leaves)
                Leave(record, key, null);
        }
        else if (record.Arrives)
        {
            record.Order.Moved.Arrive(MoveTo(record));
        }
    }

    /// <summary>Applies a delete.</summary>
    public void Delete(in TableRecord record, ReadOnlySpan<byte> key, Verdict verdict)
    {
        var isKnown = current.State.TryFind(key, out var stateSlot) && verdict == Verdict.New;
        var packed = isKnown ? current.State.Row(stateSlot) : default;
        if (!isKnown && intake.TryBuild(record, stored: default, out var image))
            history.Add(image.Batch, image.Row, record.Stamp);
        else if (isKnown)
            history.Add(packed, record.Stamp);
        else
            return;
        if (record.Leaves)
            Leave(record, key, packed.ToArray());
        if (isKnown)
            current.Remove(key);
        record.Order.Pass(record.Gate, record.Meta);
        record.Order.Deleted.Add(key, record.Meta.Position);
        counters.Applied(record.Meta);
    }

    /// <summary>Applies a tombstone that is a delete of its own. Where the lake has it already only the row that has
    /// left is remembered.</summary>
    public void DeleteByTombstone(in TableRecord record, bool isAhead)
    {
        var key = KeyOf(record.Plan);
        if (isAhead)
        {
            if (record.Leaves)
                Leave(record, key, null);
            return;
        }
        if (!current.State.TryFind(key, out var stateSlot))
            return;
        // All that is known of the delete is that it came after what this partition has had so far.
        var meta = record.Meta with { Position = record.Gate.Highest };
        history.Add(current.State.Row(stateSlot), ChangeStamp.Of(record.Chunk, record.Slot, meta));
        if (record.Leaves)
            Leave(record, key, current.State.Row(stateSlot).ToArray());
        current.Remove(key);
        // Where tombstones are all the deletes there are a source repeats them, without a position: then the log's
        // order is all that counts for this key.
        if (record.Plan.Events.Format.Form != EventForm.Flattened)
            record.Order.Deleted.Add(key, meta.Position);
        counters.Applied(meta);
    }

    /// <summary>Applies an insert or an update.</summary>
    public ApplyOutcome Upsert(in TableRecord record, ReadOnlySpan<byte> key, Verdict verdict, bool mayWait)
    {
        var (meta, order) = (record.Meta, record.Order);
        var arrives = record.Arrives;
        LastMove = arrives ? MoveTo(record) : default;
        MovedRow moved = default;
        var hasLeft = arrives && order.Moved.Rows.TryGetValue(LastMove, out moved);
        ReadOnlySpan<byte> stored = moved.Packed;
        if (verdict == Verdict.New && meta.Kind == ChangeKind.Update && current.State.TryFind(key, out var stateSlot))
            stored = current.State.Row(stateSlot);
        else if (verdict == Verdict.Late && meta.Kind == ChangeKind.Update && record.Past is { } past
            && !past.TryFindBase(record, key, out stored))
            return ApplyOutcome.NeedsPast;
        // A fresh row has no placeholders. Of any other change the missing values are in the row before it, and without
        // that row nobody knows them.
        if ((arrives || meta.Kind == ChangeKind.Update) && stored.IsEmpty && RowImage.NeedsBase(record.Plan))
        {
            if (hasLeft && moved.Packed is null)
                return ApplyOutcome.NeedsOldRow;
            // A copy that was taken later does not have the row: it is gone by then.
            if (meta.Position.Commit < order.CopiedAt && record.Past is null)
            {
                counters.Repeated++;
                return ApplyOutcome.Done;
            }
            if (arrives && !hasLeft && order.HasPartitions && mayWait)
                return ApplyOutcome.AwaitsOldRow;
            // Where deletes are not sent, or this one was not read yet, the row is there under its old key.
            if (arrives && current.State.TryFind(OldKeyOf(record), out var oldSlot))
                stored = current.State.Row(oldSlot);
            if (stored.IsEmpty)
            {
                intake.Reject(record.Chunk, record.Slot, QuarantineReason.UnknownBase,
                    "an unchanged value was left out and the row is not known");
                return ApplyOutcome.Done;
            }
        }
        if (!intake.TryTake(record, stored, out var image))
            return ApplyOutcome.Done;
        var stamp = record.Stamp;
        history.Add(image.Batch, image.Row, stamp);
        if (verdict == Verdict.New)
        {
            _packed.ResetWrittenCount();
            RowCodec.Encode(image.Batch, image.Row, stamp.Row, key, _packed);
            current.Put(_packed.WrittenSpan);
        }
        else
        {
            order.Deleted.Add(key, meta.Position);
        }
        order.Pass(record.Gate, meta);
        if (arrives)
            order.Moved.Arrive(LastMove);
        counters.Applied(meta);
        return ApplyOutcome.Done;
    }

    /// <summary>Applies a row that was copied.</summary>
    public void Read(in TableRecord record, ReadOnlySpan<byte> key, Verdict verdict)
    {
        if (!intake.TryTake(record, stored: default, out var image))
            return;
        var stamp = record.Stamp;
        record.Order.Read(record.Meta);
        if (verdict == Verdict.Late)
        {
            history.Add(image.Batch, image.Row, stamp);
            counters.Applied(record.Meta);
            return;
        }
        var known = MarkOf(key);
        var mark = record.Order.MarkOfRead(record.Meta, known ?? record.Order.Deleted.Find(key));
        _packed.ResetWrittenCount();
        RowCodec.Encode(image.Batch, image.Row, stamp.Row with { Position = mark }, key, _packed);
        if (current.State.TryFind(key, out var stateSlot)
            && RowCodec.HasSameColumns(current.State.Row(stateSlot), _packed.WrittenSpan))
        {
            // A snapshot that was resumed reads rows again: nothing has happened to this one, and it may be known to be
            // so up to a later commit.
            if (mark.Commit > known?.Commit || record.Meta.Snapshot == SnapshotMark.Incremental)
                current.Put(_packed.WrittenSpan);
            counters.Repeated++;
            return;
        }
        history.Add(image.Batch, image.Row, stamp);
        current.Put(_packed.WrittenSpan);
        counters.Applied(record.Meta);
    }

    static void Leave(in TableRecord record, ReadOnlySpan<byte> key, byte[]? packed) => record.Order.Moved.Leave(
        MoveOf(record.Meta.Position, key),
        new MovedRow(packed, record.Chunk.Partition.Partition, record.Slot.Offset));

    // Both halves of a change of key have one position. Where events have none, the old key links them.
    static SourcePosition MoveOf(SourcePosition position, ReadOnlySpan<byte> oldKey) =>
        position != default ? position : new SourcePosition(-1, unchecked((long)KeyIndex.Hash(oldKey)));

    SourcePosition MoveTo(in TableRecord record)
    {
        var (position, moved) = (record.Meta.Position, record.Order.Moved.Rows);
        if (position != default && moved.ContainsKey(position))
            return position;
        // A first half that was a null had no position.
        var byKey = OldKeyOf(record) is { IsEmpty: false } oldKey ? MoveOf(default, oldKey) : position;
        return position == default || moved.ContainsKey(byKey) ? byKey : position;
    }

    // Empty where the record does not say it.
    ReadOnlySpan<byte> OldKeyOf(in TableRecord record)
    {
        var plan = record.Plan;
        if (!record.Chunk.TryGetHeader(record.Slot, "__debezium.oldkey"u8, out var oldKey)
            || plan.Decoder.Decode(oldKey, keyIsNull: false, BeforeImage.OfKey, valueIsNull: false, plan.Rows).Status
                != DecodeStatus.Row)
            return default;
        var key = RowKey.Encode(plan.Rows.Values, plan.Rows.Count - 1, plan.KeyColumns, ref _oldKey);
        plan.Rows.RemoveLast();
        return key;
    }

    SourcePosition? MarkOf(ReadOnlySpan<byte> key) => current.State.TryFind(key, out var slot)
        ? RowCodec.Meta(current.State.Row(slot)).Position
        : null;
}
