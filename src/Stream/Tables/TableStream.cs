using System.Buffers;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Tables;

/// <summary>Applies the changes of one source table in one lane: decodes, drops repeats, fills what an event leaves
/// out,
/// keeps the current rows and gathers the history. Owned by the lane's task.</summary>
sealed class TableStream
{
    readonly Dictionary<int, EventPlan> _plans = [];
    readonly ArrayBufferWriter<byte> _packed = new(512);
    readonly QuarantineBuffer _quarantine;
    RereadEnd _end;
    int _endsMissing;
    readonly RowImage _image;
    readonly KeylessRows _keyless;
    readonly EvolutionPolicy _policy;
    readonly SchemaFollower _follower;
    bool _isKeyless;
    byte[] _key = new byte[64];

    /// <summary>A table with what the lake has of it.</summary>
    public TableStream(
        TableId table,
        TableLayout layout,
        CurrentTable current,
        QuarantineBuffer quarantine,
        SchemaHistoryBuffer changes,
        EvolutionPolicy policy = EvolutionPolicy.Evolve)
    {
        _policy = policy;
        _follower = new SchemaFollower(layout, changes, policy, current.Highest);
        Table = table;
        Layout = layout;
        Current = current;
        History = new HistoryBuffer(layout);
        _image = new RowImage(layout);
        _quarantine = quarantine;
        _keyless = new KeylessRows(current);
    }

    /// <summary>The table.</summary>
    public TableId Table { get; }

    /// <summary>What is declared of it; null when nothing is.</summary>
    public DeclaredTable? Declared { get; init; }

    /// <summary>Its columns in the lake.</summary>
    public TableLayout Layout { get; }

    /// <summary>Its current rows.</summary>
    public CurrentTable Current { get; }

    /// <summary>The changes since the last epoch.</summary>
    public HistoryBuffer History { get; }

    /// <summary>What it has done.</summary>
    public TableCounters Counters { get; } = new();

    /// <summary>Whether the lake's tables are ahead of the lane's manifest: they have the epoch that is being repeated,
    /// so its changes only move the gate and the position. Ends with <see cref="Settle"/>.</summary>
    public bool IsAhead { get; set; }

    /// <summary>Whether no epoch has the table yet. Ends with the first row.</summary>
    public bool IsNew
    {
        get => _follower.IsNew;
        init => _follower.IsNew = value;
    }

    /// <summary>Whether the lake's tables lack a change of <see cref="Layout"/>.</summary>
    public bool IsRelaid { get; private set; }

    /// <summary>Whether the open epoch has something of this table: what the lake lacks, or what only the manifest
    /// lacks.</summary>
    public bool IsInEpoch => History.Rows.Count > 0 || Current.HasChanges || IsRelaid || IsAhead;

    /// <summary>Whether some partitions have said that the table was read again, and others have not.</summary>
    public bool HasEndInFlight => _endsMissing > 0;

    /// <summary>The plan for a schema version.</summary>
    public EventPlan Plan(TableSchema schema)
    {
        _isKeyless = schema.KeyColumns.Length == 0;
        if (_plans.TryGetValue(schema.Version, out var known) && ReferenceEquals(known.Events, schema))
            return known;
        return _plans[schema.Version] = new EventPlan(schema, Layout, _policy, Declared);
    }

    /// <summary>Applies one record.</summary>
    /// <param name="chunk">Where it lies.</param>
    /// <param name="slot">The record.</param>
    /// <param name="plan">How it becomes a row.</param>
    /// <param name="order">What is known of its topic.</param>
    /// <param name="mayWait">Whether it may be put off until the other half of a change of key has come.</param>
    public ApplyOutcome Apply(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, TopicOrder order, bool mayWait = false)
    {
        var rows = plan.Rows;
        rows.Clear();
        rows.Hints = EventHints.Of(chunk, slot, plan.Events.Format);
        var result = plan.Decoder.Decode(
            chunk.Key(slot), slot.KeyLength < 0, chunk.Value(slot), slot.ValueLength < 0, rows);
        switch (result.Status)
        {
            case DecodeStatus.Row or DecodeStatus.Truncate
                when rows.LastMeta.Kind != ChangeKind.Read && rows.LastMeta.Position.Commit >= order.CommitLimit:
                return ApplyOutcome.AwaitsTransaction;
            case DecodeStatus.Row:
                return ApplyRow(chunk, slot, plan, order, mayWait);
            case DecodeStatus.Truncate:
                ApplyTruncate(chunk, slot, rows.LastMeta, order);
                return ApplyOutcome.Done;
            case DecodeStatus.Rejected when result.Reason == RejectReason.UnknownColumn:
                return ApplyOutcome.UnknownColumn;
            case DecodeStatus.Rejected:
                Reject(chunk, slot, QuarantineReason.Of(result.Reason), result.Detail);
                return ApplyOutcome.Done;
            default:
                return ApplyOutcome.Done;
        }
    }

    /// <summary>Applies a tombstone whose delete the log has compacted away.</summary>
    public void ApplyTombstone(RecordChunk chunk, in RecordSlot slot, EventPlan plan, TopicOrder order)
    {
        plan.Rows.Clear();
        var result = plan.Decoder.Decode(chunk.Key(slot), keyIsNull: false, BeforeImage.OfKey, false, plan.Rows);
        if (result.Status != DecodeStatus.Row || plan.KeyColumns.Length == 0 || IsAhead)
            return;
        var key = RowKey.Encode(plan.Rows.Values, plan.Rows.Count - 1, plan.KeyColumns, ref _key);
        if (!Current.State.TryFind(key, out var stateSlot))
            return;
        // All that is known of the delete is that it came after what this partition has had so far.
        var meta = plan.Rows.LastMeta with { Position = order.Gate(chunk.Partition.Partition).Highest };
        History.Add(Current.State.Row(stateSlot), Stamp(chunk, slot, meta));
        Current.Remove(key);
        order.Deleted.Add(key, meta.Position);
        Counters.Applied(meta);
    }

    /// <summary>Takes note that the source has read the whole table again. When every partition has said so, the rows
    /// that were neither read nor changed since the reading began are deleted: the source has them no more.</summary>
    public void EndReread(RereadEnd end, TopicPartition partition, in RecordSlot slot)
    {
        if (_endsMissing == 0 || end != _end)
            (_end, _endsMissing) = (end, end.Partitions);
        if (--_endsMissing > 0 || IsAhead)
            return;
        // When they went away nobody knows: what is known is when it was found.
        var foundUs = slot.TimestampMs * 1000;
        var meta = new RowMeta(new SourcePosition(0, end.BeginLsn), foundUs, foundUs);
        var stamp = new ChangeStamp(ChangeKind.Delete, meta, -1, partition, slot.Offset);
        foreach (var old in end.RowsBefore(Current.State))
        {
            History.Add(Current.State.Row(old), stamp);
            Current.Remove(RowCodec.Key(Current.State.Row(old)));
        }
    }

    /// <summary>Puts a record into quarantine.</summary>
    public void Reject(RecordChunk chunk, in RecordSlot slot, string reason, string? detail)
    {
        _quarantine.Add(Table.ToString(), reason, detail, chunk, slot);
        Counters.Quarantined++;
    }

    /// <summary>Takes note that the lake has everything.</summary>
    public void Settle()
    {
        History.Rows.Clear();
        IsRelaid = false;
        IsAhead = false;
    }

    void ApplyTruncate(RecordChunk chunk, in RecordSlot slot, in ChangeMeta meta, TopicOrder order)
    {
        var gate = order.Gate(chunk.Partition.Partition);
        RestartIfSourceDid(order, gate, meta);
        var verdict = order.Truncate(gate, meta);
        if (verdict == Verdict.Repeat)
        {
            Counters.Repeated++;
            return;
        }
        Counters.Applied(meta);
        if (IsAhead)
            return;
        History.Add(Stamp(chunk, slot, meta));
        if (verdict == Verdict.Late)
            return;
        if (_isKeyless || meta.Position == default)
            Current.Clear();
        else
            Current.Truncate(order.IsTruncated);
    }

    ApplyOutcome ApplyRow(RecordChunk chunk, in RecordSlot slot, EventPlan plan, TopicOrder order, bool mayWait)
    {
        var row = plan.Rows.Count - 1;
        var meta = plan.Rows.Metas[row];
        var gate = order.Gate(chunk.Partition.Partition);
        RestartIfSourceDid(order, gate, meta);
        if (plan.KeyColumns.Length == 0)
        {
            ApplyKeyless(chunk, slot, plan, order, gate);
            return ApplyOutcome.Done;
        }
        var key = RowKey.Encode(plan.Rows.Values, row, plan.KeyColumns, ref _key);
        if (meta.Kind == ChangeKind.Delete)
            gate.DeleteOffset = slot.Offset;
        if (IsAhead)
        {
            PassAhead(chunk, slot, key, meta, order, gate);
            return ApplyOutcome.Done;
        }
        var mark = MarkOf(key);
        var verdict = meta.Kind != ChangeKind.Read ? order.Judge(gate, meta.Position, key, mark)
            : order.IsOutdated(gate, meta, mark ?? order.Deleted.Find(key)) ? Verdict.Repeat : Verdict.New;
        if (verdict == Verdict.Repeat)
        {
            Counters.Repeated++;
            return ApplyOutcome.Done;
        }
        if (!TryFollow(chunk, slot, plan, order, Stamp(chunk, slot, meta).Row))
            return ApplyOutcome.Done;
        switch (meta.Kind)
        {
            case ChangeKind.Delete:
                ApplyDelete(chunk, slot, plan, key, order, gate, verdict);
                return ApplyOutcome.Done;
            case ChangeKind.Read:
                ApplyRead(chunk, slot, plan, key, order);
                return ApplyOutcome.Done;
            default:
                return ApplyUpsert(chunk, slot, plan, key, order, gate, verdict, mayWait);
        }
    }

    // The lake has the change: only what is known of the order has to follow.
    void PassAhead(
        RecordChunk chunk, in RecordSlot slot, ReadOnlySpan<byte> key, in ChangeMeta meta, TopicOrder order,
        SequenceGate gate)
    {
        Counters.Applied(meta);
        if (meta.Kind == ChangeKind.Read)
        {
            order.Read(meta);
            return;
        }
        order.Pass(gate, meta);
        if (meta.Kind == ChangeKind.Delete)
        {
            order.Deleted.Add(key, meta.Position);
            if (chunk.TryGetHeader(slot, "__debezium.newkey"u8, out _))
                order.Moved.Leave(meta.Position, new MovedRow(null, chunk.Partition.Partition, slot.Offset));
        }
        else if (meta.Kind == ChangeKind.Create && chunk.TryGetHeader(slot, "__debezium.oldkey"u8, out _))
        {
            order.Moved.Arrive(meta.Position);
        }
    }

    void ApplyDelete(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, ReadOnlySpan<byte> key, TopicOrder order,
        SequenceGate gate, Verdict verdict)
    {
        var meta = plan.Rows.LastMeta;
        var stamp = Stamp(chunk, slot, meta);
        var isKnown = Current.State.TryFind(key, out var stateSlot) && verdict == Verdict.New;
        var packed = isKnown ? Current.State.Row(stateSlot) : default;
        if (!isKnown && TryBuild(chunk, slot, plan, stored: default, out var image))
            History.Add(image.Batch, image.Row, stamp);
        else if (isKnown)
            History.Add(packed, stamp);
        else
            return;
        if (chunk.TryGetHeader(slot, "__debezium.newkey"u8, out _))
        {
            order.Moved.Leave(
                meta.Position, new MovedRow(packed.ToArray(), chunk.Partition.Partition, slot.Offset));
        }
        if (isKnown)
            Current.Remove(key);
        order.Pass(gate, meta);
        order.Deleted.Add(key, meta.Position);
        Counters.Applied(meta);
    }

    ApplyOutcome ApplyUpsert(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, ReadOnlySpan<byte> key, TopicOrder order,
        SequenceGate gate, Verdict verdict, bool mayWait)
    {
        var meta = plan.Rows.LastMeta;
        var arrives = meta.Kind == ChangeKind.Create && chunk.TryGetHeader(slot, "__debezium.oldkey"u8, out _);
        MovedRow moved = default;
        var hasLeft = arrives && order.Moved.Rows.TryGetValue(meta.Position, out moved);
        ReadOnlySpan<byte> stored = moved.Packed;
        if (verdict == Verdict.New && meta.Kind == ChangeKind.Update && Current.State.TryFind(key, out var stateSlot))
            stored = Current.State.Row(stateSlot);
        // A fresh row has no placeholders. Of any other change the missing values are in the row before it, and without
        // that row nobody knows them.
        if ((arrives || meta.Kind == ChangeKind.Update) && stored.IsEmpty && RowImage.NeedsBase(plan))
        {
            if (hasLeft && moved.Packed is null)
                return ApplyOutcome.NeedsOldRow;
            // A copy that was taken later does not have the row: it is gone by then.
            if (meta.Position.Commit < order.CopiedAt)
            {
                Counters.Repeated++;
                return ApplyOutcome.Done;
            }
            if (arrives && !hasLeft && order.HasPartitions && mayWait)
                return ApplyOutcome.AwaitsOldRow;
            Reject(chunk, slot, QuarantineReason.UnknownBase,
                "an unchanged value was left out and the row is not known");
            return ApplyOutcome.Done;
        }
        if (!TryBuild(chunk, slot, plan, stored, out var image) || !KeepsContract(chunk, slot, plan, image))
            return ApplyOutcome.Done;
        var stamp = Stamp(chunk, slot, meta);
        History.Add(image.Batch, image.Row, stamp);
        if (verdict == Verdict.New)
        {
            _packed.ResetWrittenCount();
            RowCodec.Encode(image.Batch, image.Row, stamp.Row, key, _packed);
            Current.Put(_packed.WrittenSpan);
        }
        else
        {
            order.Deleted.Add(key, meta.Position);
        }
        order.Pass(gate, meta);
        if (arrives)
            order.Moved.Arrive(meta.Position);
        Counters.Applied(meta);
        return ApplyOutcome.Done;
    }

    void ApplyRead(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, ReadOnlySpan<byte> key, TopicOrder order)
    {
        if (!TryBuild(chunk, slot, plan, stored: default, out var image) || !KeepsContract(chunk, slot, plan, image))
            return;
        var meta = plan.Rows.LastMeta;
        var stamp = Stamp(chunk, slot, meta);
        order.Read(meta);
        var known = MarkOf(key);
        var mark = order.MarkOfRead(meta, known ?? order.Deleted.Find(key));
        _packed.ResetWrittenCount();
        RowCodec.Encode(image.Batch, image.Row, stamp.Row with { Position = mark }, key, _packed);
        if (Current.State.TryFind(key, out var stateSlot)
            && RowCodec.HasSameColumns(Current.State.Row(stateSlot), _packed.WrittenSpan))
        {
            // A snapshot that was resumed reads rows again: nothing has happened to this one, and it may be known to be
            // so up to a later commit.
            if (mark.Commit > known?.Commit || meta.Snapshot == SnapshotMark.Incremental)
                Current.Put(_packed.WrittenSpan);
            Counters.Repeated++;
            return;
        }
        History.Add(image.Batch, image.Row, stamp);
        Current.Put(_packed.WrittenSpan);
        Counters.Applied(meta);
    }

    void ApplyKeyless(RecordChunk chunk, in RecordSlot slot, EventPlan plan, TopicOrder order, SequenceGate gate)
    {
        var meta = plan.Rows.LastMeta;
        chunk.TryGetHeader(slot, "__debezium.context.runId"u8, out var run);
        if (meta.Kind != ChangeKind.Read && meta.Position != default && !gate.AdmitKeyless(meta.Position, run))
        {
            Counters.Repeated++;
            return;
        }
        if (meta.Kind != ChangeKind.Read)
            order.Pass(gate, meta);
        if (!IsAhead)
        {
            if (!TryFollow(chunk, slot, plan, order, Stamp(chunk, slot, meta).Row))
                return;
            if (plan.Contract is not null && meta.Kind != ChangeKind.Delete
                && (!TryBuild(chunk, slot, plan, stored: default, out var image)
                    || !KeepsContract(chunk, slot, plan, image)))
                return;
            var isCurrent = !order.IsBeforeTruncate(meta.Position);
            var stamp = Stamp(chunk, slot, meta);
            if (!_keyless.TryApply(chunk.Value(slot), plan, _image, History, stamp, isCurrent, out var misfit))
            {
                if (misfit >= 0)
                {
                    RejectMisfit(chunk, slot, misfit);
                    return;
                }
                Reject(chunk, slot, QuarantineReason.NoKey,
                    $"the table has no key, and no row equals the one before op {(char)meta.Kind}");
                return;
            }
        }
        Counters.Applied(meta);
    }

    // Brings the lake's columns up to the schema of a record.
    bool TryFollow(RecordChunk chunk, in RecordSlot slot, EventPlan plan, TopicOrder order, in RowMeta at)
    {
        IsRelaid |= IsNew;
        if (_follower.Follow(plan, at) is { } change)
            Follow(change, order);
        if (plan.Held is { } held)
        {
            Reject(chunk, slot, QuarantineReason.SchemaChange, held);
            return false;
        }
        plan.Follow(Layout);
        if (plan.Conflict is not { } conflict)
            return true;
        Reject(chunk, slot, QuarantineReason.TypeConflict, conflict);
        return false;
    }

    void Follow(LayoutChange change, TopicOrder order)
    {
        History.Follow(change);
        _image.Follow(Layout);
        Current.Follow(change);
        if (_isKeyless && change.ConcernsRows)
            _keyless.Rename(Layout);
        var migration = new RowMigration(change);
        foreach (var (position, row) in order.Moved.Rows.ToArray())
        {
            if (row.Packed is { Length: > 0 } packed)
                order.Moved.Supply(position, migration.Convert(packed).ToArray());
        }
        IsRelaid = true;
    }

    bool KeepsContract(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, in (ColumnBatch Batch, int Row) image)
    {
        if (plan.Contract?.BrokenBy(image.Batch, image.Row) is not { } broken)
            return true;
        Reject(chunk, slot, broken.Reason, broken.Detail);
        return false;
    }

    bool TryBuild(
        RecordChunk chunk,
        in RecordSlot slot,
        EventPlan plan,
        ReadOnlySpan<byte> stored,
        out (ColumnBatch Batch, int Row) image)
    {
        if (_image.TryBuild(plan, stored, out image, out var misfit))
            return true;
        RejectMisfit(chunk, slot, misfit);
        return false;
    }

    void RejectMisfit(RecordChunk chunk, in RecordSlot slot, int column) =>
        Reject(chunk, slot, QuarantineReason.Of(RejectReason.ValueOutOfRange),
            $"column {Layout.Columns[column].Name}: the value does not fit the lake's {Layout.Columns[column].Type}");

    void RestartIfSourceDid(TopicOrder order, SequenceGate gate, in ChangeMeta meta)
    {
        if (order.RestartIfSourceDid(gate, meta))
            _follower.Restart();
    }

    SourcePosition? MarkOf(ReadOnlySpan<byte> key) => Current.State.TryFind(key, out var slot)
        ? RowCodec.Meta(Current.State.Row(slot)).Position
        : null;

    static ChangeStamp Stamp(RecordChunk chunk, in RecordSlot slot, in ChangeMeta meta) => new(
        meta.Kind,
        new RowMeta(meta.Position, meta.SourceTimestampUs, slot.TimestampMs * 1000),
        meta.TransactionId,
        chunk.Partition,
        slot.Offset);
}
