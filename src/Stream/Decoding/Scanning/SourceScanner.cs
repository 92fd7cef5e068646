using Tapline.Contracts;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Reads what an event's <c>source</c> says of the change, where it is spelled as connectors do.</summary>
sealed class SourceScanner
{
    const int TimestampMs = 3;
    const int SnapshotField = 4;
    const int Sequence = 6;
    const int TimestampUs = 7;
    const int TimestampNs = 8;
    const int TransactionId = 11;
    const int Lsn = 12;

    // Nanoseconds are not needed, but change from event to event.
    const int Changing = 1 << TimestampMs | 1 << SnapshotField | 1 << Sequence | 1 << TimestampUs | 1 << TimestampNs |
        1 << TransactionId | 1 << Lsn;

    readonly FieldOrder _order = new(
    [
        "version", "connector", "name", "ts_ms", "snapshot", "db", "sequence", "ts_us", "ts_ns", "schema", "table",
        "txId", "lsn", "xmin", "origin", "origin_lsn",
    ]);

    readonly ConstantStretch[] _stretches;
    int _seen;
    long _timestampMs;
    long? _timestampUs;
    long _transactionId;
    long _lsn;
    long? _commit;
    long? _change;
    SnapshotMark _snapshot;

    public SourceScanner() =>
        _stretches = [.. Enumerable.Range(0, _order.Count + 1).Select(static _ => new ConstantStretch())];

    /// <summary>What the last scan read, for a change of this kind.</summary>
    public ChangeMeta Meta(ChangeKind kind) => new(
        kind,
        new SourcePosition(_commit ?? 0, _change ?? _lsn),
        _transactionId,
        _timestampUs ?? _timestampMs * 1000,
        _snapshot);

    /// <summary>Takes the object; false for what the plain decoder has to look at.</summary>
    public bool TryScan(ref JsonScanner scanner)
    {
        (_seen, _timestampMs, _timestampUs, _transactionId) = (0, 0, null, -1);
        (_lsn, _commit, _change, _snapshot) = (0, null, null, SnapshotMark.None);
        if (!scanner.TryTake((byte)'{'))
            return false;
        var index = _order.Start;
        while ((index = SkipConstants(ref scanner, index)) >= 0)
        {
            if ((_seen >> index & 1) != 0 || !TryKeep(ref scanner, index))
                return false;
            _seen |= 1 << index;
        }
        return index == JsonScanner.End;
    }

    /// <summary>Takes the fields that do not change, and the name of the one that does; answers its number.</summary>
    int SkipConstants(ref JsonScanner scanner, int previous)
    {
        var stretch = _stretches[previous];
        var start = scanner.Position;
        var last = scanner.TryRepeat(stretch.Bytes) ? stretch.Last : previous;
        var (repeated, end) = (scanner.Position, scanner.Position);
        int index;
        while ((index = scanner.NextField(_order, last)) >= 0 && (1 << index & Changing) == 0)
        {
            if (!scanner.TryValue(out _, out _, out _))
                return JsonScanner.Malformed;
            (last, end) = (index, scanner.Position);
        }
        if (end > repeated && index != JsonScanner.Malformed)
            stretch.Learn(scanner.Between(start, end), last);
        return index;
    }

    bool TryKeep(ref JsonScanner scanner, int index) => index switch
    {
        TimestampMs => TryNumber(ref scanner, 0, out _timestampMs) && _timestampMs < long.MaxValue / 1000,
        TimestampUs => TryTimestampUs(ref scanner),
        TimestampNs => scanner.TryValue(out _, out _, out _),
        TransactionId => TryNumber(ref scanner, -1, out _transactionId),
        Lsn => TryNumber(ref scanner, 0, out _lsn),
        Sequence => TrySequence(ref scanner),
        _ => TrySnapshot(ref scanner),
    };

    bool TryTimestampUs(ref JsonScanner scanner)
    {
        if (scanner.TryNull())
            return true;
        var taken = TryNumber(ref scanner, 0, out var microseconds);
        _timestampUs = microseconds;
        return taken;
    }

    bool TrySnapshot(ref JsonScanner scanner)
    {
        if (scanner.TryPlainString(out var text))
        {
            _snapshot = EventMetaReader.MarkOf(text);
            return true;
        }
        var taken = scanner.TryValue(out var kind, out _, out _);
        _snapshot = kind == JsonKind.True ? SnapshotMark.Snapshot : SnapshotMark.None;
        return taken && kind is JsonKind.True or JsonKind.False or JsonKind.Null;
    }

    /// <summary><c>"[\"120\",\"136\"]"</c>, either of them may be null.</summary>
    bool TrySequence(ref JsonScanner scanner)
    {
        if (scanner.TryNull())
            return true;
        return scanner.TryWord("\"["u8) && TryHalf(ref scanner, out _commit) &&
            scanner.TryWord(","u8) && TryHalf(ref scanner, out _change) && scanner.TryWord("]\""u8);
    }

    static bool TryHalf(ref JsonScanner scanner, out long? number)
    {
        number = null;
        if (scanner.TryNull())
            return true;
        if (!scanner.TryWord("\\\""u8))
            return false;
        var length = NumberScanner.Digits(in scanner.Rest, out var digits);
        scanner.Take(length);
        number = digits;
        return length > 0 && scanner.TryWord("\\\""u8);
    }

    static bool TryNumber(ref JsonScanner scanner, long whenNull, out long number)
    {
        var length = NumberScanner.Integer(in scanner.Rest, out number);
        scanner.Take(length);
        if (length > 0)
            return number >= 0;
        number = whenNull;
        return scanner.TryNull();
    }
}
