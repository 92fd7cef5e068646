using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>Up to 2,048 rows, column by column, in DuckDB's own memory: what <see cref="Column"/> gives is valid until
/// the chunk is disposed.</summary>
public sealed class DuckDbChunk : IDisposable
{
    /// <summary>Rows a chunk holds at most.</summary>
    public const int RowsMax = DataChunk.RowsMax;

    readonly DataChunkHandle _handle;

    internal DuckDbChunk(DataChunkHandle handle, ImmutableArray<DuckDbColumn> columns)
    {
        _handle = handle;
        Columns = columns;
        Count = checked((int)DataChunk.Size(handle));
    }

    /// <summary>The columns' names and types.</summary>
    public ImmutableArray<DuckDbColumn> Columns { get; }

    /// <summary>How many rows.</summary>
    public int Count { get; }

    /// <summary>The values of a column.</summary>
    public DuckDbVector Column(int index)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return new DuckDbVector(DataChunk.Vector(_handle, (ulong)index), Columns[index].Type, Count);
    }

    /// <summary>Appends the first columns to a batch of as many columns, each by its type; further columns are left
    /// out. Integers and decimals may be narrower than the batch's. Throws <see cref="InvalidOperationException"/> on a
    /// type that does not fit, before anything is appended.</summary>
    public void AppendTo(ColumnBatch batch)
    {
        if (Columns.Length < batch.Columns.Length)
            throw new InvalidOperationException(
                $"{batch.Columns.Length} columns wanted, the chunk has {Columns.Length}");
        for (var i = 0; i < batch.Columns.Length; i++)
            VectorCopy.Check(Columns[i], batch.Columns[i]);
        for (var i = 0; i < batch.Columns.Length; i++)
            VectorCopy.Append(Column(i), batch.Columns[i]);
    }

    /// <summary>Frees the rows.</summary>
    public void Dispose() => _handle.Dispose();
}
