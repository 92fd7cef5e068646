namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>One row as PostgreSQL's text, a slot a column, over memory that its reader owns. Reused from row to
/// row.</summary>
sealed class RowText
{
    const int NullLength = -1;
    const int UnchangedLength = -2;

    ReadOnlyMemory<byte> _bytes;
    (int Start, int Length)[] _slots = new (int, int)[32];

    /// <summary>How many columns were added.</summary>
    public int Count { get; private set; }

    /// <summary>Starts a row over new memory.</summary>
    public void Reset(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        Count = 0;
    }

    /// <summary>A row with memory of its own.</summary>
    public RowText Copy() => new() { _bytes = _bytes.ToArray(), _slots = _slots[..Count], Count = Count };

    public void Add(int start, int length)
    {
        if (Count == _slots.Length)
            Array.Resize(ref _slots, Count * 2);
        _slots[Count++] = (start, length);
    }

    public void AddNull() => Add(0, NullLength);

    public void AddUnchanged() => Add(0, UnchangedLength);

    public bool IsNull(int column) => _slots[column].Length == NullLength;

    /// <summary>Whether the value lies out of line, did not change, and is therefore not in the log.</summary>
    public bool IsUnchanged(int column) => _slots[column].Length == UnchangedLength;

    /// <summary>A column's text; empty for null and unchanged ones.</summary>
    public ReadOnlySpan<byte> Text(int column)
    {
        var (start, length) = _slots[column];
        return length <= 0 ? default : _bytes.Span.Slice(start, length);
    }
}
