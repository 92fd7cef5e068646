using System.Buffers;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Tables;

/// <summary>Applies the changes of one source table in one lane: decodes, drops repeats, fills what an event leaves
/// out,
/// keeps the current rows and gathers the history. Owned by the lane's task.</summary>
sealed class TableStream
{
    static readonly byte[] TruncateKey = "truncate"u8.ToArray();

    readonly Dictionary<int, EventPlan> _plans = [];
    readonly Dictionary<string, byte[]> _moved = new(StringComparer.Ordinal);
    readonly ArrayBufferWriter<byte> _packed = new(512);
    readonly QuarantineBuffer _quarantine;
    readonly RowImage _image;
    readonly EvolutionPolicy _policy;
    TableSchema? _followed;
    SourcePosition _highest;
    byte[] _key = new byte[64];

    /// <summary>A table with what the lake has of it.</summary>
    public TableStream(
        TableId table,
        TableLayout layout,
        CurrentTable current,
        QuarantineBuffer quarantine,
        EvolutionPolicy policy = EvolutionPolicy.Evolve)
    {
        _policy = policy;
        _highest = current.Highest;
        Table = table;
        Layout = layout;
        Current = current;
        History = new HistoryBuffer(layout);
        _image = new RowImage(layout);
        _quarantine = quarantine;
    }

    /// <summary>The table.</summary>
    public TableId Table { get; }

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

    /// <summary>Whether the lake's tables lack a change of <see cref="Layout"/>.</summary>
    public bool IsRelaid { get; private set; }

    /// <summary>Whether the open epoch has something of this table: what the lake lacks, or what only the manifest
    /// lacks.</summary>
    public bool IsInEpoch => History.Rows.Count > 0 || Current.HasChanges || IsRelaid || IsAhead;

    /// <summary>Whether a row is on its way from an old key to a new one: its values are only here.</summary>
    public bool HasRowInFlight => _moved.Count > 0;

    /// <summary>The plan for a schema version.</summary>
    public EventPlan Plan(TableSchema schema)
    {
        if (_plans.TryGetValue(schema.Version, out var known) && ReferenceEquals(known.Events, schema))
            return known;
        return _plans[schema.Version] = new EventPlan(schema, Layout, _policy);
    }

    /// <summary>Applies one record. False when the record has a column that the plan's schema lacks: there may be a
    /// newer
    /// schema to try; nothing was applied.</summary>
    public bool Apply(RecordChunk chunk, in RecordSlot slot, EventPlan plan, SequenceGate gate)
    {
        var rows = plan.Rows;
        rows.Clear();
        rows.Hints = EventHints.Of(chunk, slot, plan.Events.Format);
        var result = plan.Decoder.Decode(
            chunk.Key(slot), slot.KeyLength < 0, chunk.Value(slot), slot.ValueLength < 0, rows);
        switch (result.Status)
        {
            case DecodeStatus.Row:
                ApplyRow(chunk, slot, plan, gate);
                return true;
            case DecodeStatus.Truncate:
                ApplyTruncate(chunk, slot, rows.LastMeta, gate);
                return true;
            case DecodeStatus.Rejected when result.Reason == RejectReason.UnknownColumn:
                return false;
            case DecodeStatus.Rejected:
                Reject(chunk, slot, QuarantineReason.Of(result.Reason), result.Detail);
                return true;
            default:
                return true;
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
        _moved.Clear();
        IsRelaid = false;
        IsAhead = false;
    }

    void ApplyTruncate(RecordChunk chunk, in RecordSlot slot, in ChangeMeta meta, SequenceGate gate)
    {
        if (!gate.Admit(meta.Position, TruncateKey))
        {
            Counters.Repeated++;
            return;
        }
        if (!IsAhead)
        {
            History.Add(Stamp(chunk, slot, meta));
            Current.Truncate();
        }
        Counters.Applied(meta);
    }

    void ApplyRow(RecordChunk chunk, in RecordSlot slot, EventPlan plan, SequenceGate gate)
    {
        var row = plan.Rows.Count - 1;
        var meta = plan.Rows.Metas[row];
        var key = plan.KeyColumns.Length == 0
            ? default
            : RowKey.Encode(plan.Rows.Values, row, plan.KeyColumns, ref _key);
        if (meta.Kind == ChangeKind.Read)
            RestartGateIfSourceDid(meta, gate);
        else if (meta.Position != default && !gate.Admit(meta.Position, key))
        {
            Counters.Repeated++;
            return;
        }
        if (IsAhead)
        {
            Counters.Applied(meta);
            return;
        }
        if (!TryFollow(chunk, slot, plan, meta.Position))
            return;
        var stamp = Stamp(chunk, slot, meta);
        if (plan.KeyColumns.Length == 0)
            ApplyKeyless(chunk, slot, plan, stamp);
        else if (meta.Kind == ChangeKind.Delete)
            ApplyDelete(chunk, slot, plan, key, stamp);
        else
            ApplyUpsert(chunk, slot, plan, key, stamp);
    }

    void ApplyDelete(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, ReadOnlySpan<byte> key, in ChangeStamp stamp)
    {
        if (Current.State.TryFind(key, out var stateSlot))
        {
            var packed = Current.State.Row(stateSlot);
            History.Add(packed, stamp);
            if (chunk.TryGetHeader(slot, "__debezium.newkey"u8, out var newKey))
                _moved[Convert.ToHexString(newKey)] = packed.ToArray();
            Current.Remove(key);
        }
        else if (TryBuild(chunk, slot, plan, stored: default, out var image))
            History.Add(image.Batch, image.Row, stamp);
        else
            return;
        Counters.Applied(plan.Rows.LastMeta);
    }

    void ApplyUpsert(
        RecordChunk chunk, in RecordSlot slot, EventPlan plan, ReadOnlySpan<byte> key, in ChangeStamp stamp)
    {
        var found = Current.State.TryFind(key, out var stateSlot);
        var stored = found ? Current.State.Row(stateSlot) : default;
        if (chunk.TryGetHeader(slot, "__debezium.oldkey"u8, out _))
            stored = _moved.Remove(Convert.ToHexString(chunk.Key(slot)), out var moved) ? moved : default;
        else if (stamp.Kind is ChangeKind.Create or ChangeKind.Read)
            stored = default;
        // A fresh row has no placeholders. Of any other change the missing values are in the row before it, and without
        // that row nobody knows them.
        var needsBase = stamp.Kind == ChangeKind.Update || chunk.TryGetHeader(slot, "__debezium.oldkey"u8, out _);
        if (needsBase && stored.IsEmpty && RowImage.NeedsBase(plan))
        {
            Reject(chunk, slot, QuarantineReason.UnknownBase,
                "an unchanged value was left out and the row is not known");
            return;
        }
        if (!TryBuild(chunk, slot, plan, stored, out var image))
            return;
        _packed.ResetWrittenCount();
        RowCodec.Encode(image.Batch, image.Row, stamp.Row, key, _packed);
        if (stamp.Kind == ChangeKind.Read && found
            && RowCodec.HasSameColumns(Current.State.Row(stateSlot), _packed.WrittenSpan))
        {
            // A snapshot that was resumed reads rows again: nothing has happened to this one.
            Counters.Repeated++;
            return;
        }
        History.Add(image.Batch, image.Row, stamp);
        Current.Put(_packed.WrittenSpan);
        Counters.Applied(plan.Rows.LastMeta);
    }

    void ApplyKeyless(RecordChunk chunk, in RecordSlot slot, EventPlan plan, in ChangeStamp stamp)
    {
        if (stamp.Kind is not (ChangeKind.Create or ChangeKind.Read))
        {
            Reject(chunk, slot, QuarantineReason.NoKey, $"the table has no key: op {(char)stamp.Kind} names no row");
            return;
        }
        // Nothing names the row but its place in the log.
        BitConverter.TryWriteBytes(_key, stamp.Partition.Partition);
        BitConverter.TryWriteBytes(_key.AsSpan(sizeof(int)), stamp.Offset);
        if (!TryBuild(chunk, slot, plan, stored: default, out var image))
            return;
        _packed.ResetWrittenCount();
        RowCodec.Encode(image.Batch, image.Row, stamp.Row, _key.AsSpan(0, sizeof(int) + sizeof(long)), _packed);
        History.Add(image.Batch, image.Row, stamp);
        Current.Put(_packed.WrittenSpan);
        Counters.Applied(plan.Rows.LastMeta);
    }

    // Brings the lake's columns up to the schema of a record. A record from before the newest change of columns, out of
    // another partition, changes nothing.
    bool TryFollow(RecordChunk chunk, in RecordSlot slot, EventPlan plan, SourcePosition position)
    {
        if (!ReferenceEquals(_followed, plan.Events))
        {
            var isLate = position != default && position.CompareTo(_highest) < 0;
            var change = isLate ? Layout.AddRetired(plan.Events) : Layout.Evolve(plan.Events, _policy);
            if (change is not null)
                Follow(change);
            if (!isLate)
                _followed = plan.Events;
        }
        if (position.CompareTo(_highest) > 0)
            _highest = position;
        plan.Follow(Layout);
        if (plan.Conflict is not { } conflict)
            return true;
        Reject(chunk, slot, QuarantineReason.TypeConflict, conflict);
        return false;
    }

    void Follow(LayoutChange change)
    {
        History.Follow(change);
        _image.Follow(Layout);
        Current.Follow(change);
        var migration = new RowMigration(change);
        foreach (var (key, packed) in _moved.ToArray())
            _moved[key] = migration.Convert(packed).ToArray();
        IsRelaid = true;
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
        Reject(chunk, slot, QuarantineReason.Of(RejectReason.ValueOutOfRange),
            $"column {Layout.Columns[misfit].Name}: the value does not fit the lake's {Layout.Columns[misfit].Type}");
        return false;
    }

    // A snapshot behind the changes seen so far: the source was restored or its slot made anew, and its positions count
    // from there.
    void RestartGateIfSourceDid(in ChangeMeta meta, SequenceGate gate)
    {
        if (meta.Snapshot != SnapshotMark.Snapshot || meta.Position.Lsn == 0
            || meta.Position.Lsn >= gate.Highest.Commit)
            return;
        gate.Reset();
        _highest = default;
    }

    static ChangeStamp Stamp(RecordChunk chunk, in RecordSlot slot, in ChangeMeta meta) => new(
        meta.Kind,
        new RowMeta(meta.Position, meta.SourceTimestampUs, slot.TimestampMs * 1000),
        meta.TransactionId,
        chunk.Partition,
        slot.Offset);
}
