using Tapline.Contracts;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Appends the fields of an <c>after</c> to their columns as they come.</summary>
sealed class RowScanner
{
    readonly DecodePlan _plan;
    readonly FieldOrder _order;
    readonly Cell[] _cells;
    readonly JsonField[] _keyFields;
    byte[] _unescaped = new byte[256];
    int _appended;
    int _keyAppended;
    int _unavailable;

    public RowScanner(DecodePlan plan)
    {
        _plan = plan;
        _order = new FieldOrder([.. plan.Schema.Columns.Select(static column => column.Name)]);
        _cells = new Cell[plan.Columns.Length];
        _keyFields = new JsonField[plan.Columns.Length];
    }

    enum Cell : byte
    {
        Absent,
        Appended,
        Unavailable,
    }

    /// <summary>Whether the row has a value in each column of the key.</summary>
    public bool HasWholeKey => _keyAppended == _plan.KeyColumns.Length;

    /// <summary>Where the value of a column of the key stands, a string without its quotes.</summary>
    public JsonField KeyField(int ordinal) => _keyFields[ordinal];

    /// <summary>Takes the fields after the opening brace; false for what the plain decoder has to look at.</summary>
    public bool TryScan(ref JsonScanner scanner, ChangeRows rows)
    {
        Array.Clear(_cells);
        (_appended, _keyAppended, _unavailable) = (0, 0, 0);
        var predicted = 0;
        bool wellFormed;
        do
        {
            if (!scanner.TryField(_order, ref predicted, out var ordinal) ||
                !scanner.TryValue(out var kind, out var text, out var escaped))
                return false;
            if (ordinal < 0)
            {
                if (kind != JsonKind.Null)
                    return false;
                continue;
            }
            if (_cells[ordinal] != Cell.Absent || !TryAppend(rows, ordinal, kind, text, escaped))
                return false;
            if (_plan.Columns[ordinal].IsKey && kind != JsonKind.Null)
            {
                var end = scanner.Position - (kind == JsonKind.String ? 1 : 0);
                _keyFields[ordinal] = new JsonField(kind, end - text.Length, text.Length);
                _keyAppended++;
            }
        }
        while (scanner.TryNext(out wellFormed));
        return wellFormed;
    }

    /// <summary>Appends nulls for what the event lacks, and lists what it does not carry.</summary>
    public bool TryFinish(ChangeRows rows, ChangeKind kind)
    {
        // A row read by a snapshot is whole: what looked like a placeholder is its value.
        if (_unavailable > 0 && kind == ChangeKind.Read)
            return false;
        if (_appended == _cells.Length)
            return true;
        for (var ordinal = 0; ordinal < _cells.Length; ordinal++)
        {
            if (_cells[ordinal] == Cell.Appended)
                continue;
            if (_cells[ordinal] == Cell.Absent)
                rows.Values.Columns[ordinal].AppendNull();
            rows.Unavailable.Add(new UnavailableCell(rows.Count, ordinal));
        }
        return true;
    }

    /// <summary>Appends the value of a column of the key of a deleted row.</summary>
    public bool TryAppendKey(ChangeRows rows, int ordinal, JsonKind kind, ReadOnlySpan<byte> text, bool escaped) =>
        (!escaped || kind != JsonKind.String || TryUnescape(ref text)) &&
        _plan.Columns[ordinal].Append(rows.Values.Columns[ordinal], kind, text) == RejectReason.None;

    bool TryAppend(ChangeRows rows, int ordinal, JsonKind kind, ReadOnlySpan<byte> text, bool escaped)
    {
        if (escaped && !TryUnescape(ref text))
            return false;
        var decoder = _plan.Columns[ordinal];
        var target = rows.Values.Columns[ordinal];
        if (decoder.IsUnavailable(kind, text))
        {
            target.AppendNull();
            _cells[ordinal] = Cell.Unavailable;
            _unavailable++;
            return true;
        }
        _cells[ordinal] = Cell.Appended;
        _appended++;
        return decoder.Append(target, kind, text) == RejectReason.None;
    }

    bool TryUnescape(ref ReadOnlySpan<byte> text)
    {
        if (_unescaped.Length < text.Length)
            _unescaped = new byte[Math.Max(text.Length, _unescaped.Length * 2)];
        if (!JsonEscapes.TryRemove(text, _unescaped, out var length))
            return false;
        text = _unescaped.AsSpan(0, length);
        return true;
    }
}
