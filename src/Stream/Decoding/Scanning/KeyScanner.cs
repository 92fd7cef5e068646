using System.Text.Unicode;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Reads a record's key: checks that it is the row's, or makes a deleted row of it.</summary>
sealed class KeyScanner
{
    const int ColumnsMax = 64; // A bit each in a word. PostgreSQL allows 32 columns in an index.

    readonly DecodePlan _plan;
    readonly RowScanner _row;
    readonly FieldOrder _order;

    public KeyScanner(DecodePlan plan, RowScanner row)
    {
        _plan = plan;
        _row = row;
        _order = new FieldOrder([.. plan.Schema.KeyColumns.Select(static column => column.Name)]);
    }

    /// <summary>Whether the row just scanned has its key, spelled as in the record's key. Values that are equal but
    /// spelled otherwise are left to the plain decoder, as is everything that is wrong.</summary>
    public bool Agrees(ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value)
    {
        if (!_row.HasWholeKey || _order.Count > ColumnsMax)
            return false;
        if (keyIsNull || !_plan.HasKey)
            return true;
        var scanner = new JsonScanner(key);
        if (!scanner.TryTake((byte)'{'))
            return false;
        ulong seen = 0;
        var predicted = 0;
        bool wellFormed;
        do
        {
            if (!scanner.TryField(_order, ref predicted, out var index) || index < 0 ||
                !scanner.TryValue(out var kind, out var text, out _))
                return false;
            var field = _row.KeyField(_plan.KeyColumns[index]);
            if (kind != field.Kind || !text.SequenceEqual(value.Slice(field.Start, field.Length)))
                return false;
            if (!TryMark(ref seen, index))
                return false;
        }
        while (scanner.TryNext(out wellFormed));
        return wellFormed && scanner.AtEnd() && IsWhole(seen);
    }

    /// <summary>Appends a row of the key's values and of nulls.</summary>
    public bool TryAppendRow(ReadOnlySpan<byte> key, bool keyIsNull, ChangeRows rows)
    {
        if (keyIsNull || !_plan.HasKey || _order.Count > ColumnsMax || !Utf8.IsValid(key))
            return false;
        var scanner = new JsonScanner(key);
        if (!scanner.TryTake((byte)'{'))
            return false;
        ulong seen = 0;
        var predicted = 0;
        bool wellFormed;
        do
        {
            if (!scanner.TryField(_order, ref predicted, out var index) || index < 0 ||
                !scanner.TryValue(out var kind, out var text, out var escaped) || kind == JsonKind.Null)
                return false;
            if (!TryMark(ref seen, index) || !_row.TryAppendKey(rows, _plan.KeyColumns[index], kind, text, escaped))
                return false;
        }
        while (scanner.TryNext(out wellFormed));
        if (!wellFormed || !scanner.AtEnd() || !IsWhole(seen))
            return false;
        for (var ordinal = 0; ordinal < _plan.Columns.Length; ordinal++)
        {
            if (!_plan.Columns[ordinal].IsKey)
                rows.Values.Columns[ordinal].AppendNull();
        }
        return true;
    }

    static bool TryMark(ref ulong seen, int index)
    {
        var bit = 1UL << index;
        var first = (seen & bit) == 0;
        seen |= bit;
        return first;
    }

    bool IsWhole(ulong seen) => ulong.PopCount(seen) == (ulong)_order.Count;
}
