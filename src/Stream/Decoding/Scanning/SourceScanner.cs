using Tapline.Contracts;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Reads what an event's <c>source</c> says of the change, where it is spelled as connectors do.</summary>
struct SourceScanner
{
    const int DigitsMax = 18; // Longer ones may not fit an Int64.

    const int TimestampMs = 3;
    const int SnapshotField = 4;
    const int Sequence = 6;
    const int TimestampUs = 7;
    const int TransactionId = 11;
    const int Lsn = 12;
    const int Needed =
        1 << TimestampMs | 1 << SnapshotField | 1 << Sequence | 1 << TimestampUs | 1 << TransactionId | 1 << Lsn;

    static readonly FieldOrder Order = new(
    [
        "version", "connector", "name", "ts_ms", "snapshot", "db", "sequence", "ts_us", "ts_ns", "schema", "table",
        "txId", "lsn", "xmin", "origin", "origin_lsn",
    ]);

    int _seen;
    long? _timestampMs;
    long? _timestampUs;
    long? _transactionId;
    long? _lsn;
    long? _commit;
    long? _change;
    SnapshotMark _snapshot;

    /// <summary>What was read, for a change of this kind.</summary>
    public readonly ChangeMeta Meta(ChangeKind kind) => new(
        kind,
        new SourcePosition(_commit ?? 0, _change ?? _lsn ?? 0),
        _transactionId ?? -1,
        _timestampUs ?? (_timestampMs ?? 0) * 1000,
        _snapshot);

    /// <summary>Takes the object; false for what the plain decoder has to look at.</summary>
    public bool TryScan(ref JsonScanner scanner)
    {
        if (!scanner.TryTake((byte)'{'))
            return false;
        var predicted = 0;
        bool wellFormed;
        do
        {
            if (!scanner.TryField(Order, ref predicted, out var index) ||
                !scanner.TryValue(out var kind, out var text, out var escaped))
                return false;
            if (index >= 0 && (1 << index & Needed) != 0 && !TryKeep(index, kind, text, escaped))
                return false;
        }
        while (scanner.TryNext(out wellFormed));
        return wellFormed;
    }

    bool TryKeep(int index, JsonKind kind, ReadOnlySpan<byte> text, bool escaped)
    {
        if ((_seen >> index & 1) != 0)
            return false;
        _seen |= 1 << index;
        return index switch
        {
            TimestampMs => TryNumber(kind, text, out _timestampMs) && _timestampMs is null or < long.MaxValue / 1000,
            TimestampUs => TryNumber(kind, text, out _timestampUs),
            TransactionId => TryNumber(kind, text, out _transactionId),
            Lsn => TryNumber(kind, text, out _lsn),
            Sequence => TrySequence(kind, text),
            _ => TrySnapshot(kind, text, escaped),
        };
    }

    bool TrySnapshot(JsonKind kind, ReadOnlySpan<byte> text, bool escaped)
    {
        _snapshot = kind switch
        {
            JsonKind.String => EventMetaReader.MarkOf(text),
            JsonKind.True => SnapshotMark.Snapshot,
            _ => SnapshotMark.None,
        };
        return !escaped && kind is JsonKind.String or JsonKind.True or JsonKind.False or JsonKind.Null;
    }

    /// <summary><c>[\"120\",\"136\"]</c>, either of them may be null.</summary>
    bool TrySequence(JsonKind kind, ReadOnlySpan<byte> text)
    {
        if (kind == JsonKind.Null)
            return true;
        return kind == JsonKind.String &&
            TryTake("["u8, ref text) && TryHalf(ref text, out _commit) &&
            TryTake(","u8, ref text) && TryHalf(ref text, out _change) && text is [(byte)']'];
    }

    static bool TryHalf(ref ReadOnlySpan<byte> text, out long? number)
    {
        number = null;
        if (TryTake("null"u8, ref text))
            return true;
        if (!TryTake("\\\""u8, ref text))
            return false;
        var end = text.IndexOf((byte)'\\');
        return end > 0 && TryDigits(text[..end], out number) && TryTake("\\\""u8, ref text, end);
    }

    static bool TryTake(ReadOnlySpan<byte> wanted, ref ReadOnlySpan<byte> text, int start = 0)
    {
        if (!text[start..].StartsWith(wanted))
            return false;
        text = text[(start + wanted.Length)..];
        return true;
    }

    static bool TryNumber(JsonKind kind, ReadOnlySpan<byte> text, out long? number)
    {
        number = null;
        return kind == JsonKind.Null || (kind == JsonKind.Number && TryDigits(text, out number));
    }

    static bool TryDigits(ReadOnlySpan<byte> text, out long? number)
    {
        number = null;
        if (text.Length > DigitsMax)
            return false;
        long sum = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            sum = sum * 10 + (digit - '0');
        }
        number = sum;
        return true;
    }
}
