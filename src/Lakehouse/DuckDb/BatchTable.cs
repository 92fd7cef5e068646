using System.Collections.Immutable;
using Tapline.Contracts.Columns;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>A column batch as a table of SQL, read in place. The batch must not change while a statement reads
/// it.</summary>
public sealed class BatchTable(ColumnBatch batch) : ITableFunctionSource
{
    /// <inheritdoc/>
    public ImmutableArray<DuckDbColumn> Columns { get; } =
        [.. batch.Schema.Select(static column => new DuckDbColumn(column.Name, DuckDbType.Of(column)))];

    /// <inheritdoc/>
    public long? RowCount => batch.Count;

    /// <inheritdoc/>
    public ITableScan Open(ImmutableArray<int> columns) => new Scan(batch, columns);

    sealed class Scan(ColumnBatch batch, ImmutableArray<int> columns) : ITableScan
    {
        int _next;

        public int Read(DuckDbChunkWriter target)
        {
            var count = Math.Min(DuckDbChunk.RowsMax, batch.Count - _next);
            for (var i = 0; i < columns.Length; i++)
            {
                if (columns[i] >= 0)
                    target.Column(i).CopyFrom(batch.Columns[columns[i]], _next, count);
            }
            _next += count;
            return count;
        }

        public void Dispose()
        {
        }
    }
}
