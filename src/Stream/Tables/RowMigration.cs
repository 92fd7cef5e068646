using System.Buffers;
using System.Diagnostics;
using Tapline.Contracts.Columns;

namespace Tapline.Streaming.Tables;

/// <summary>Brings packed rows from one set of columns to the next.</summary>
sealed class RowMigration
{
    readonly LayoutChange _change;
    readonly ColumnBatch _before;
    readonly ColumnBatch _after;
    readonly bool[] _hasMoved;
    readonly ColumnBuffer?[] _refills;
    readonly ArrayBufferWriter<byte> _packed = new(512);

    /// <summary>A migration by a change of layout.</summary>
    public RowMigration(LayoutChange change)
    {
        _change = change;
        _before = new ColumnBatch(change.Before);
        _after = new ColumnBatch(change.After);
        _hasMoved = new bool[change.After.Length];
        _refills = new ColumnBuffer?[change.After.Length];
        foreach (var refill in change.Refills)
            _refills[refill.Column] = MissingValue.Of(change.After[refill.Column], refill.Missing);
    }

    /// <summary>Whether any row so far has another content now, or another form.</summary>
    public bool HasChangedRows { get; private set; }

    /// <summary>The row in the new columns, valid until the next call.</summary>
    public ReadOnlySpan<byte> Convert(ReadOnlySpan<byte> packed)
    {
        _before.Clear();
        _after.Clear();
        RowCodec.Decode(packed, _before.Columns, _before.Columns.Length);
        Array.Clear(_hasMoved);
        foreach (var move in _change.Moves)
        {
            if (!_before.Columns[move.From].IsNull(0)
                && ValueConversion.TryCast(_before.Columns[move.From], 0, _after.Columns[move.To]))
                _hasMoved[move.From] = true;
        }
        for (var i = 0; i < _after.Columns.Length; i++)
        {
            var column = _after.Columns[i];
            if (column.Count > 0)
                continue;
            if (_refills[i] is { } refill)
                column.AppendFrom(refill, 0);
            else if (i >= _change.Before.Length || _hasMoved[i])
                column.AppendNull();
            else if (!ValueConversion.TryAppend(_before.Columns[i], 0, column))
                throw new UnreachableException("a column was widened to a type that does not hold its values");
        }
        _packed.ResetWrittenCount();
        RowCodec.Encode(_after, 0, RowCodec.Meta(packed), RowCodec.Key(packed), _packed);
        HasChangedRows |= _change.IsRetyping || !RowCodec.HasSameColumns(packed, _packed.WrittenSpan);
        return _packed.WrittenSpan;
    }
}
