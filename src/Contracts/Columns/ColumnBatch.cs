using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Columns;

/// <summary>Rows of one table as one buffer a column, all of the same count.</summary>
public sealed class ColumnBatch
{
    /// <summary>An empty batch for these columns.</summary>
    public ColumnBatch(ImmutableArray<ColumnSchema> columns)
    {
        Schema = columns;
        Columns = [.. columns.Select(static column => new ColumnBuffer(column))];
    }

    /// <summary>A batch over buffers that exist: the first of <paramref name="buffers"/>, one a column.</summary>
    public ColumnBatch(ImmutableArray<ColumnSchema> columns, ImmutableArray<ColumnBuffer> buffers)
    {
        Schema = columns;
        Columns = buffers[..columns.Length];
    }

    /// <summary>The columns' names and types.</summary>
    public ImmutableArray<ColumnSchema> Schema { get; }

    /// <summary>The columns' values, in the order of <see cref="Schema"/>.</summary>
    public ImmutableArray<ColumnBuffer> Columns { get; }

    /// <summary>How many rows every column has.</summary>
    public int Count => Columns.Length == 0 ? 0 : Columns[0].Count;

    /// <summary>An estimate of the memory that the rows need, in bytes.</summary>
    public long ByteCount
    {
        get
        {
            long sum = 0;
            foreach (var column in Columns)
                sum += column.ByteCount;
            return sum;
        }
    }

    /// <summary>Forgets all rows and keeps the memory.</summary>
    public void Clear()
    {
        foreach (var column in Columns)
            column.Clear();
    }

    /// <summary>Takes the last rows away again, down to <paramref name="count"/>; also mends a row half
    /// added.</summary>
    public void Truncate(int count)
    {
        foreach (var column in Columns)
        {
            if (column.Count > count)
                column.Truncate(count);
        }
    }
}
