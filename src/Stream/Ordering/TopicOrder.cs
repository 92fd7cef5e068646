using Tapline.Contracts;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Ordering;

/// <summary>What a lane knows of the order of one topic's changes: how far each partition has come, which keys were
/// deleted, where the table was truncated, which rows change their key. Tells new changes from repeated and late
/// ones.</summary>
/// <remarks>Why this is enough stands in docs/architecture.md, "Order and repeats".</remarks>
sealed class TopicOrder
{
    // Commit times follow commit order but for the scatter of a moment; a source that was restored is far behind.
    const long RestartMarginUs = 60_000_000;

    // A source can write a truncate into every partition: so many are told from each other.
    const int TruncatesMax = 16;

    readonly SortedDictionary<int, SequenceGate> _gates = [];
    readonly Queue<SourcePosition> _truncates = new();

    /// <summary>The highest position of any partition.</summary>
    public SourcePosition Highest { get; private set; }

    /// <summary>The latest commit time let through, microseconds since 1970.</summary>
    public long LatestUs { get; private set; }

    /// <summary>Changes with this commit position or a higher one have to wait.</summary>
    public long CommitLimit { get; set; } = long.MaxValue;

    /// <summary>How many changes were let through or put into quarantine since the last epoch.</summary>
    public long SeenCount { get; set; }

    /// <summary>How many changes were let through: grows with each.</summary>
    public long PassedCount { get; private set; }

    /// <summary>Where the table was truncated last; the default when it never was.</summary>
    public SourcePosition TruncatedAt { get; private set; }

    /// <summary>The newest truncates.</summary>
    public IReadOnlyCollection<SourcePosition> Truncates => _truncates;

    /// <summary>The newest place among the commits at which a row was copied; 0 where the source does not say. Ours
    /// does: its copy can be newer than its slot.</summary>
    public long CopiedAt { get; private set; }

    /// <summary>The highest position at which a row was read again while changes streamed.</summary>
    public SourcePosition ReadAt { get; private set; }

    /// <summary>The reading of a whole table whose end some partitions have told and others have not; null for
    /// none.</summary>
    public RereadMark? Reread { get; private set; }

    /// <summary>The keys that were deleted lately.</summary>
    public DeletedKeys Deleted { get; } = new();

    /// <summary>The rows that change their key.</summary>
    public MovedRows Moved { get; } = new();

    /// <summary>Whether changes of other keys come on other ways, which may be ahead or behind.</summary>
    public bool HasPartitions => _gates.Count > 1;

    /// <summary>The gate of a partition.</summary>
    public SequenceGate Gate(int partition)
    {
        if (!_gates.TryGetValue(partition, out var gate))
            _gates.Add(partition, gate = new SequenceGate());
        return gate;
    }

    /// <summary>What a streamed change of a key is. <paramref name="row"/> is the position of the key's row, null when
    /// it has none.</summary>
    public Verdict Judge(SequenceGate gate, SourcePosition position, ReadOnlySpan<byte> key, SourcePosition? row)
    {
        if (position == default)
            return Verdict.New; // The event does not say where it stands: the log's order is all there is.
        var isBehind = position.CompareTo(gate.Highest) <= 0;
        if (isBehind && IsBeforeTruncate(position))
            return Verdict.Repeat;
        var known = row ?? (isBehind || HasPartitions ? Deleted.Find(key) : null);
        // A mark above all that this topic has seen is from before the source was restored.
        if (known is { } mark && mark.CompareTo(Highest) <= 0)
        {
            if (isBehind && !Follows(position, mark))
                return Verdict.Repeat;
            if (position.Commit > 0 && position.CompareTo(mark) < 0 && !IsOfReading(mark))
                return IsInCopy(position, mark) ? Verdict.Repeat : Verdict.Late;
        }
        else if (isBehind && row is null && !Follows(position, Deleted.Floor))
        {
            return Verdict.Repeat;
        }
        return IsBeforeTruncate(position) ? Verdict.Late : Verdict.New;
    }

    /// <summary>What a row is that a snapshot has read. <paramref name="known"/> is the highest position known of its
    /// key.</summary>
    public Verdict JudgeRead(SequenceGate gate, in ChangeMeta read, SourcePosition? known)
    {
        if (read.Snapshot != SnapshotMark.Snapshot || read.Position.Lsn <= 0)
            return Verdict.New;
        var mark = known is { } position && position.CompareTo(Highest) <= 0 ? position : default;
        if (mark.Commit > 0 && read.Position.Lsn < gate.Highest.Commit)
            return Verdict.Repeat;
        // What was written after the snapshot came on another way, ahead of the snapshot's row. A source that started
        // over has later times.
        var isOfThisRun = read.SourceTimestampUs > 0 && read.SourceTimestampUs <= LatestUs;
        return read.Position.Commit == 0 && isOfThisRun
            && (IsWrittenAfter(read.Position.Lsn, mark) || IsWrittenAfter(read.Position.Lsn, TruncatedAt))
                ? Verdict.Late
                : Verdict.New;
    }

    /// <summary>The position that a row keeps which a snapshot has read: the highest that is known of its key. A
    /// position without a commit, of a table that is read again, is a place among the commits as well.</summary>
    public SourcePosition MarkOfRead(in ChangeMeta read, SourcePosition? known)
    {
        var position = PlaceOf(read);
        return known is { } mark && mark.CompareTo(Highest) <= 0 ? SourcePosition.Max(position, mark) : position;
    }

    static bool IsWrittenAfter(long lsn, SourcePosition change) => Math.Max(change.Commit, change.Lsn) > lsn;

    /// <summary>Whether a row that was copied after a change has it. Copies alone have one position for both
    /// halves.</summary>
    bool IsInCopy(SourcePosition change, SourcePosition row) =>
        row.Commit == row.Lsn && row.Commit <= CopiedAt && change.Commit < row.Commit;

    /// <summary>Whether a row was read again where it stands. It came in the order of the stream: what the log has
    /// after it is newer, unless it is a repeat.</summary>
    bool IsOfReading(SourcePosition row) =>
        row.Commit == row.Lsn && row.Commit > CopiedAt && row.CompareTo(ReadAt) <= 0;

    static SourcePosition PlaceOf(in ChangeMeta read) =>
        read is { Snapshot: SnapshotMark.Incremental, Position: { Commit: 0, Lsn: var lsn } }
            ? new SourcePosition(lsn, lsn)
            : read.Position;

    /// <summary>Takes note of a row that a snapshot has read.</summary>
    public void Read(in ChangeMeta read)
    {
        // Its mark is of this source: a change that comes again from before it must not lower it.
        if (read.Snapshot == SnapshotMark.Incremental)
        {
            ReadAt = SourcePosition.Max(ReadAt, PlaceOf(read));
            Highest = SourcePosition.Max(Highest, ReadAt);
        }
        if (read.Snapshot != SnapshotMark.Snapshot || read.Position.Commit == 0)
            return;
        CopiedAt = Math.Max(CopiedAt, read.Position.Commit);
        Highest = SourcePosition.Max(Highest, read.Position);
    }

    /// <summary>Takes note of a change that was let through.</summary>
    public void Pass(SequenceGate gate, in ChangeMeta meta) => Pass(gate, meta.Position, meta.SourceTimestampUs);

    /// <summary>Takes note of a position that was let through.</summary>
    public void Pass(SequenceGate gate, SourcePosition position, long sourceTimestampUs)
    {
        gate.Pass(position);
        Highest = SourcePosition.Max(Highest, position);
        LatestUs = Math.Max(LatestUs, sourceTimestampUs);
        SeenCount++;
        PassedCount++;
    }

    /// <summary>A partition has told that the table was read again; whether all of them have.</summary>
    public bool EndReread(RereadEnd end)
    {
        var missing = Reread is { } begun && (begun.BeginLsn, begun.Partitions) == (end.BeginLsn, end.Partitions)
            ? begun.Missing - 1
            : end.Partitions - 1;
        Reread = missing > 0 ? new RereadMark(end.BeginLsn, end.Partitions, missing) : null;
        return missing == 0;
    }

    /// <summary>What a truncate is; takes note of it.</summary>
    public Verdict Truncate(SequenceGate gate, in ChangeMeta meta)
    {
        var position = meta.Position;
        if (position == default)
            return Verdict.New;
        if (_truncates.Contains(position) || position.CompareTo(gate.Highest) <= 0)
        {
            gate.Pass(position);
            return Verdict.Repeat;
        }
        Pass(gate, meta);
        return KeepTruncate(position) ? Verdict.New : Verdict.Late;
    }

    /// <summary>Whether a change came before the last truncate, whichever of the two was read first.</summary>
    public bool IsBeforeTruncate(SourcePosition position) =>
        position != default && TruncatedAt != default && !Follows(position, TruncatedAt);

    /// <summary>Whether a truncate at <see cref="TruncatedAt"/> removed a row with a position.</summary>
    public bool IsTruncated(SourcePosition row) =>
        row.CompareTo(Highest) > 0 && row.Commit > 0 // from before the source was restored
        || (row.Commit > 0 || TruncatedAt.Commit == 0
            ? row.CompareTo(TruncatedAt) <= 0
            : row.Lsn <= TruncatedAt.Commit); // read by a snapshot, which no later commit is part of

    /// <summary>Forgets everything when the source has started over behind its own positions: it was restored, or its
    /// slot made anew.</summary>
    public bool RestartIfSourceDid(SequenceGate gate, in ChangeMeta meta)
    {
        var (position, at) = (meta.Position, meta.SourceTimestampUs);
        var did = meta.Kind == ChangeKind.Read
            ? meta.Snapshot == SnapshotMark.Snapshot && position.Lsn > 0 && position.Lsn < gate.Highest.Commit
                && (at == 0 || at > LatestUs)
            : position.Commit > 0 && at > LatestUs + RestartMarginUs && position.CompareTo(gate.Highest) < 0;
        if (!did)
            return false;
        foreach (var each in _gates.Values)
            each.Reset();
        Deleted.Clear();
        Moved.Clear();
        _truncates.Clear();
        (Highest, TruncatedAt, ReadAt, Reread, CopiedAt, LatestUs) = (default, default, default, null, 0, 0);
        return true;
    }

    /// <summary>Takes over what a manifest remembered, after the gates.</summary>
    public void Restore(
        IEnumerable<SourcePosition> truncates, long copiedAt, SourcePosition readAt, RereadMark? reread, long latestUs)
    {
        (CopiedAt, ReadAt, Reread) = (copiedAt, readAt, reread);
        Highest = SourcePosition.Max(
            SourcePosition.Max(Highest, readAt), new SourcePosition(copiedAt, copiedAt));
        foreach (var position in truncates)
            KeepTruncate(position);
        LatestUs = latestUs;
        foreach (var gate in _gates.Values)
            Highest = SourcePosition.Max(Highest, gate.Highest);
    }

    /// <summary>Remembers a truncate; whether it is the newest.</summary>
    public bool KeepTruncate(SourcePosition position)
    {
        _truncates.Enqueue(position);
        if (_truncates.Count > TruncatesMax)
            _truncates.Dequeue();
        if (TruncatedAt != default && !Follows(position, TruncatedAt))
            return false;
        TruncatedAt = position;
        return true;
    }

    // Without a first half (the connector has seen no commit yet) only the second can be compared: changes of one key
    // wait for each other's locks, so it nearly always has their order. A row that was read has one place for both:
    // what was written behind it is newer, whichever commit came before.
    static bool Follows(SourcePosition position, SourcePosition mark) =>
        (position.Commit > 0 && position.CompareTo(mark) > 0)
        || ((position.Commit == 0 || mark.Commit == mark.Lsn) && position.Lsn > mark.Lsn);
}
