using Tapline.Contracts;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Appends the fields of an <c>after</c> to their columns as they come.</summary>
sealed class RowScanner
{
    readonly DecodePlan _plan;
    readonly FieldOrder _order;
    readonly ValueScanner[] _values;
    readonly Cell[] _cells;
    readonly Range[] _keyValues;
    byte[] _unescaped = new byte[256];
    int _appended;
    int _keyAppended;
    int _unavailable;

    public RowScanner(DecodePlan plan)
    {
        _plan = plan;
        _order = new FieldOrder([.. plan.Schema.Columns.Select(static column => column.Name)]);
        _values = [.. plan.Columns.Select(static column => new ValueScanner(column))];
        _cells = new Cell[plan.Columns.Length];
        _keyValues = new Range[plan.Columns.Length];
    }

    enum Cell : byte
    {
        Absent,
        Appended,
        Unavailable,
        AmbiguousNull,
    }

    /// <summary>Whether the row has a value in each column of the key.</summary>
    public bool HasWholeKey => _keyAppended == _plan.KeyColumns.Length;

    /// <summary>Where the value of a column of the key stands in the event, with its quotes if it has any.</summary>
    public Range KeyValue(int ordinal) => _keyValues[ordinal];

    /// <summary>Takes the fields after the opening brace; false for what the plain decoder has to look at.</summary>
    public bool TryScan(ref JsonScanner scanner, ChangeRows rows)
    {
        Array.Clear(_cells);
        (_appended, _keyAppended, _unavailable) = (0, 0, 0);
        var targets = rows.Values.Columns.AsSpan();
        var ordinal = _order.Start;
        while ((ordinal = scanner.NextField(_order, ordinal)) >= 0)
        {
            if (ordinal == _order.Other)
            {
                if (!scanner.TryNull())
                    return false;
                continue;
            }
            if (_cells[ordinal] != Cell.Absent)
                return false;
            var start = scanner.Position;
            var value = _values[ordinal];
            if (value.TryAppend(ref scanner, targets[ordinal]))
                MarkAppended(ordinal);
            else if (!TryAppendOther(ref scanner, rows, ordinal))
                return false;
            if (value.Decoder.IsKey && !targets[ordinal].IsNull(rows.Count))
            {
                _keyValues[ordinal] = start..scanner.Position;
                _keyAppended++;
            }
        }
        return ordinal == JsonScanner.End;
    }

    /// <summary>Appends nulls for what the event lacks, and lists what it does not carry.</summary>
    public bool TryFinish(ChangeRows rows, ChangeKind kind, bool hasBefore)
    {
        // A new row is whole: what looked like a placeholder is its value.
        var mayLeaveOut = rows.MayLeaveOut(kind);
        if (_unavailable > 0 && !mayLeaveOut)
            return false;
        if (mayLeaveOut && !hasBefore)
            MarkNulls(rows);
        if (_appended == _cells.Length)
            return true;
        for (var ordinal = 0; ordinal < _cells.Length; ordinal++)
        {
            if (_cells[ordinal] == Cell.Appended)
                continue;
            var isAbsent = _cells[ordinal] == Cell.Absent;
            if (isAbsent)
                rows.Values.Columns[ordinal].AppendNull();
            rows.Unavailable.Add(new UnavailableCell(rows.Count, ordinal, isAbsent)
            {
                IsNull = _cells[ordinal] == Cell.AmbiguousNull,
                IsNullWithoutBase =
                    _cells[ordinal] == Cell.AmbiguousNull && _plan.Columns[ordinal].NullMayBeValue,
            });
        }
        return true;
    }

    /// <summary>Appends the value of a column of the key of a deleted row.</summary>
    public bool TryAppendKey(ChangeRows rows, int ordinal, JsonKind kind, ReadOnlySpan<byte> text, bool escaped) =>
        (!escaped || kind != JsonKind.String || TryUnescape(ref text)) &&
        _plan.Columns[ordinal].Append(rows.Values.Columns[ordinal], kind, text) == RejectReason.None;

    void MarkNulls(ChangeRows rows)
    {
        foreach (var ordinal in _plan.AmbiguousNulls)
        {
            if (_cells[ordinal] != Cell.Appended || !rows.Values.Columns[ordinal].IsNull(rows.Count))
                continue;
            _cells[ordinal] = Cell.AmbiguousNull;
            _appended--;
        }
    }

    bool TryAppendOther(ref JsonScanner scanner, ChangeRows rows, int ordinal)
    {
        if (!scanner.TryValue(out var kind, out var text, out var escaped) || (escaped && !TryUnescape(ref text)))
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
        MarkAppended(ordinal);
        return decoder.Append(target, kind, text) == RejectReason.None;
    }

    void MarkAppended(int ordinal)
    {
        _cells[ordinal] = Cell.Appended;
        _appended++;
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
