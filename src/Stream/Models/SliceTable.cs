using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Streaming.Models;

/// <summary>The rows of a relation that a statement is given: a table of SQL whose rows are set before each
/// run.</summary>
sealed class SliceTable : ITableFunctionSource
{
    BatchTable _rows;

    /// <summary>An empty table of some columns.</summary>
    public SliceTable(ImmutableArray<ColumnSchema> columns)
    {
        Own = new ColumnBatch(columns);
        _rows = new BatchTable(Own);
    }

    /// <summary>A batch for rows that are put together for a run.</summary>
    public ColumnBatch Own { get; }

    /// <inheritdoc/>
    public ImmutableArray<DuckDbColumn> Columns => _rows.Columns;

    // A guess on the small side: plans are made once, for few rows.
    /// <inheritdoc/>
    public long? RowCount => null;

    /// <summary>Gives the rows of a batch of the same columns to the next runs.</summary>
    public void Give(ColumnBatch rows) => _rows = new BatchTable(rows);

    /// <inheritdoc/>
    public ITableScan Open(ImmutableArray<int> columns) => _rows.Open(columns);
}
