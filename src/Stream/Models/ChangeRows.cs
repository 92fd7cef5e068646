using System.Buffers;
using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Models;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>The changes of a source table as rows that models read: all of them, where a model looks some up; the new
/// ones, where folds take them.</summary>
sealed class ChangeRows
{
    readonly Relation _relation;
    readonly RelationRows _rows;
    readonly TableState? _state;
    readonly int[] _key;
    readonly int _sourceTimestamp;
    readonly ArrayBufferWriter<byte> _packed = new(512);
    readonly ColumnBatch _row;
    byte[] _keyBuffer = new byte[64];

    /// <summary>The changes of a relation's table, none yet.</summary>
    /// <param name="relation">The relation.</param>
    /// <param name="rows">What models see of it.</param>
    /// <param name="isLookedUp">Whether a model looks rows up.</param>
    public ChangeRows(Relation relation, RelationRows rows, bool isLookedUp)
    {
        (_relation, _rows) = (relation, rows);
        _row = new ColumnBatch(relation.Columns);
        var names = relation.Columns.Select(static column => column.Name).ToList();
        _key = [names.IndexOf("_partition"), names.IndexOf("_offset")];
        _sourceTimestamp = names.IndexOf("_source_ts");
        if (!isLookedUp)
            return;
        _state = new TableState();
        rows.Attach(_state, new TableLayout(relation.Columns));
    }

    /// <summary>Whether the rows before now have to be there, too.</summary>
    public bool IsLookedUp => _state is not null;

    /// <summary>Takes changes out of a table's history.</summary>
    /// <param name="history">The changes.</param>
    /// <param name="layout">The table's columns: the first of <paramref name="history"/>.</param>
    public void Take(ColumnBatch history, TableLayout layout)
    {
        var from = Places(history, layout);
        for (var row = 0; row < history.Count; row++)
        {
            _row.Clear();
            for (var i = 0; i < from.Length; i++)
            {
                if (from[i] < 0 || !ValueConversion.TryCast(history.Columns[from[i]], row, _row.Columns[i]))
                    _row.Columns[i].AppendNull();
            }
            if (_state is null)
                _rows.Take(_row);
            else
                Keep();
        }
    }

    void Keep()
    {
        _packed.ResetWrittenCount();
        var atUs = _row.Columns[_sourceTimestamp].IsNull(0) ? 0 : _row.Columns[_sourceTimestamp].Int64s[0];
        RowCodec.Encode(
            _row, 0, new RowMeta(default(SourcePosition), atUs, atUs), RowKey.Encode(_row, 0, _key, ref _keyBuffer),
            _packed);
        _state!.Put(_packed.WrittenSpan);
    }

    ImmutableArray<int> Places(ColumnBatch history, TableLayout layout)
    {
        var names = history.Schema.Select(static column => column.Name).ToList();
        return [.. _relation.Columns.Select(column =>
            column.Name.StartsWith('_') ? names.IndexOf(column.Name) : layout.ActiveOf(column.Name))];
    }
}
