using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Tables;

/// <summary>Applies the changes of one source table in one lane: decodes, drops repeats, fills what an event leaves
/// out, keeps the current rows and gathers the history. Owned by the lane's task.</summary>
sealed class TableStream
{
    readonly Dictionary<int, EventPlan> _plans = [];
    readonly RowIntake _intake;
    readonly KeyedRows _keyed;
    readonly KeylessRows _keyless;
    readonly EvolutionPolicy _policy;
    readonly SchemaFollower _follower;
    bool _isKeyless;

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
        _intake = new RowIntake(table, layout, quarantine, Counters);
        _keyed = new KeyedRows(current, History, _intake, Counters);
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

    /// <summary>Whether the lake's tables have the epoch that is being repeated, while the rows here are those before
    /// it.</summary>
    public bool IsCommitted { get; init; }

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

    /// <summary>Under which position the old row of the last change of a key waits.</summary>
    public SourcePosition LastMove => _keyed.LastMove;

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
    /// <param name="past">What the table has been through, when the record's turn is over and it is replayed.</param>
    public ApplyOutcome Apply(
        RecordChunk chunk,
        in RecordSlot slot,
        EventPlan plan,
        TopicOrder order,
        bool mayWait = false,
        TablePast? past = null)
    {
        var rows = plan.Rows;
        rows.Clear();
        rows.Hints = EventHints.Of(chunk, slot, plan.Events.Format);
        var result = plan.Decoder.Decode(
            chunk.Key(slot), slot.KeyLength < 0, chunk.Value(slot), slot.ValueLength < 0, rows);
        switch (result.Status)
        {
            case DecodeStatus.Row or DecodeStatus.Truncate when past is null
                && rows.LastMeta.Kind != ChangeKind.Read && rows.LastMeta.Position.Commit >= order.CommitLimit:
                return ApplyOutcome.AwaitsTransaction;
            case DecodeStatus.Row:
                return ApplyRow(Decoded(chunk, slot, plan, order, past), mayWait);
            case DecodeStatus.Truncate:
                return ApplyTruncate(Decoded(chunk, slot, plan, order, past));
            case DecodeStatus.Rejected when result.Reason == RejectReason.UnknownColumn:
                return ApplyOutcome.UnknownColumn;
            case DecodeStatus.Rejected:
                Reject(chunk, slot, QuarantineReason.Of(result.Reason), result.Detail);
                return ApplyOutcome.Done;
            default:
                return ApplyOutcome.Done;
        }
    }

    /// <summary>Applies a tombstone that is a delete of its own.</summary>
    public void ApplyTombstone(RecordChunk chunk, in RecordSlot slot, EventPlan plan, TopicOrder order)
    {
        plan.Rows.Clear();
        var result = plan.Decoder.Decode(chunk.Key(slot), keyIsNull: false, BeforeImage.OfKey, false, plan.Rows);
        if (result.Status == DecodeStatus.Row && plan.KeyColumns.Length > 0)
            _keyed.DeleteByTombstone(Decoded(chunk, slot, plan, order), IsAhead);
    }

    /// <summary>Takes note that the source has read the whole table again. When every partition has said so, the rows
    /// that were neither read nor changed since the reading began are deleted: the source has them no more.</summary>
    public void EndReread(RereadEnd end, TopicPartition partition, in RecordSlot slot, TopicOrder order)
    {
        if (!order.EndReread(end) || IsAhead)
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
    public void Reject(RecordChunk chunk, in RecordSlot slot, string reason, string? detail) =>
        _intake.Reject(chunk, slot, reason, detail);

    /// <summary>Takes note that the lake has everything.</summary>
    public void Settle()
    {
        History.Rows.Clear();
        IsRelaid = false;
        IsAhead = false;
    }

    static TableRecord Decoded(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, TopicOrder order, TablePast? past = null)
    {
        if (past is not null)
            order = TablePast.OrderOf(plan.Rows.LastMeta, order);
        return new(chunk, slot, plan, order, order.Gate(chunk.Partition.Partition), plan.Rows.LastMeta) { Past = past };
    }

    ApplyOutcome ApplyTruncate(in TableRecord record)
    {
        RestartIfSourceDid(record);
        if (record.Past?.Knows(record.Plan, key: default) == false)
            return ApplyOutcome.NeedsPast;
        var order = record.Order;
        var verdict = record.Past?.Judge(record, key: default) ?? order.Truncate(record.Gate, record.Meta);
        if (verdict == Verdict.Repeat)
        {
            Counters.Repeated++;
            return ApplyOutcome.Done;
        }
        Counters.Applied(record.Meta);
        if (record.Past is not null && record.Meta.Position != default)
            order.KeepTruncate(record.Meta.Position);
        if (IsAhead)
            return ApplyOutcome.Done;
        History.Add(record.Stamp);
        if (record.Past is not null)
            TruncateBefore(ChangePlace.Of(record.Stamp));
        else if (verdict == Verdict.New && (_isKeyless || record.Meta.Position == default))
            Current.Clear();
        else if (verdict == Verdict.New)
            Current.Truncate(row => order.IsTruncated(row.Position));
        return ApplyOutcome.Done;
    }

    // What came after a truncate that is replayed stays.
    void TruncateBefore(ChangePlace truncate)
    {
        Current.Truncate(row => !ChangePlace.Of(row).IsAfter(truncate));
        if (_isKeyless)
            _keyless.Rename(Layout);
    }

    ApplyOutcome ApplyRow(in TableRecord record, bool mayWait)
    {
        RestartIfSourceDid(record);
        if (record.Plan.KeyColumns.Length == 0)
            return ApplyKeyless(record);
        var key = _keyed.KeyOf(record.Plan);
        if (record.Past?.Knows(record.Plan, key) == false)
            return ApplyOutcome.NeedsPast;
        if (record.Meta.Kind == ChangeKind.Delete && record.Past is null)
            record.Gate.DeleteOffset = record.Slot.Offset;
        if (IsAhead)
        {
            _keyed.Pass(record, key);
            return ApplyOutcome.Done;
        }
        var verdict = record.Past?.Judge(record, key) ?? _keyed.Judge(record, key);
        if (verdict == Verdict.Repeat)
        {
            Counters.Repeated++;
            return ApplyOutcome.Done;
        }
        if (!TryFollow(record))
            return ApplyOutcome.Done;
        switch (record.Meta.Kind)
        {
            case ChangeKind.Delete:
                _keyed.Delete(record, key, verdict);
                return ApplyOutcome.Done;
            case ChangeKind.Read:
                _keyed.Read(record, key, verdict);
                return ApplyOutcome.Done;
            default:
                return _keyed.Upsert(record, key, verdict, mayWait);
        }
    }

    ApplyOutcome ApplyKeyless(in TableRecord record)
    {
        var meta = record.Meta;
        var past = record.Past;
        if (past?.Knows(record.Plan, key: default) == false)
            return ApplyOutcome.NeedsPast;
        if (!IsAdmitted(record))
        {
            Counters.Repeated++;
            return ApplyOutcome.Done;
        }
        if (meta.Kind != ChangeKind.Read && past is null)
            record.Order.Pass(record.Gate, meta);
        if (IsAhead || (TryFollow(record) && TryApplyKeyless(record)))
            Counters.Applied(meta);
        return ApplyOutcome.Done;
    }

    // A row that is replayed was not counted if it was refused before it had one: only where it is the newest of all
    // the source can repeat it.
    static bool IsAdmitted(in TableRecord record)
    {
        var (position, gate) = (record.Meta.Position, record.Gate);
        if (record.Meta.Kind == ChangeKind.Read || position == default
            || record.Past is not null && position.CompareTo(gate.Highest) <= 0)
            return true;
        record.Chunk.TryGetHeader(record.Slot, "__debezium.context.runId"u8, out var run);
        return gate.AdmitKeyless(position, run);
    }

    bool TryApplyKeyless(in TableRecord record)
    {
        var (plan, kind) = (record.Plan, record.Meta.Kind);
        if (plan.Contract is not null && kind != ChangeKind.Delete && !_intake.TryTake(record, stored: default, out _))
            return false;
        var value = record.Chunk.Value(record.Slot);
        var isCurrent = record.Past is { } past
            ? past.Judge(record, key: default) == Verdict.New
            : !record.Order.IsBeforeTruncate(record.Meta.Position);
        if (_keyless.TryApply(value, plan, _intake.Image, History, record.Stamp, isCurrent, out var misfit))
            return true;
        if (misfit >= 0)
        {
            _intake.RejectMisfit(record, misfit);
            return false;
        }
        Reject(record.Chunk, record.Slot, QuarantineReason.NoKey,
            $"the table has no key, and no row equals the one before op {(char)kind}");
        return false;
    }

    // Brings the lake's columns up to the schema of a record.
    bool TryFollow(in TableRecord record)
    {
        IsRelaid |= IsNew;
        if (_follower.Follow(record.Plan, record.Stamp.Row) is { } change)
            Follow(change, record.Order);
        if (record.Plan.Held is { } held)
        {
            Reject(record.Chunk, record.Slot, QuarantineReason.SchemaChange, held);
            return false;
        }
        record.Plan.Follow(Layout);
        if (record.Plan.Conflict is not { } conflict)
            return true;
        Reject(record.Chunk, record.Slot, QuarantineReason.TypeConflict, conflict);
        return false;
    }

    void Follow(LayoutChange change, TopicOrder order)
    {
        History.Follow(change);
        _intake.Image.Follow(Layout);
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

    void RestartIfSourceDid(in TableRecord record)
    {
        if (record.Past is null && record.Order.RestartIfSourceDid(record.Gate, record.Meta))
            _follower.Restart();
    }
}
