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
    public bool Agrees(EventBytes record, bool keyIsNull)
    {
        if (!_row.HasWholeKey || _order.Count > ColumnsMax)
            return false;
        if (keyIsNull || !_plan.HasKey)
            return true;
        var value = record.Value;
        var scanner = new JsonScanner(record.Key);
        if (!scanner.TryTake((byte)'{'))
            return false;
        ulong seen = 0;
        var index = _order.Start;
        while ((index = scanner.NextField(_order, index)) >= 0)
        {
            if (index == _order.Other || !TryMark(ref seen, index) ||
                !scanner.TryTake(value[_row.KeyValue(_plan.KeyColumns[index])]))
                return false;
        }
        return index == JsonScanner.End && scanner.AtEnd() && IsWhole(seen);
    }

    /// <summary>Appends a row of the key's values and of nulls.</summary>
    public bool TryAppendRow(EventBytes record, bool keyIsNull, ChangeRows rows)
    {
        if (keyIsNull || !_plan.HasKey || _order.Count > ColumnsMax || !Utf8.IsValid(record.Key))
            return false;
        var scanner = new JsonScanner(record.Key);
        if (!scanner.TryTake((byte)'{'))
            return false;
        ulong seen = 0;
        var index = _order.Start;
        while ((index = scanner.NextField(_order, index)) >= 0)
        {
            if (index == _order.Other || !TryMark(ref seen, index) ||
                !scanner.TryValue(out var kind, out var text, out var escaped) || kind == JsonKind.Null ||
                !_row.TryAppendKey(rows, _plan.KeyColumns[index], kind, text, escaped))
                return false;
        }
        if (index != JsonScanner.End || !scanner.AtEnd() || !IsWhole(seen))
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
