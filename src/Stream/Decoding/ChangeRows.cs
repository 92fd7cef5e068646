using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding;

/// <summary>Decoded changes of one table version, row after row; cleared and reused from batch to batch. Not
/// thread-safe.</summary>
public sealed class ChangeRows
{
    ChangeMeta[] _metas = new ChangeMeta[64];

    /// <summary>No rows yet of a table version.</summary>
    public ChangeRows(TableSchema schema)
    {
        Schema = schema;
        Values = new ColumnBatch(schema.Columns);
    }

    /// <summary>The table version.</summary>
    public TableSchema Schema { get; }

    /// <summary>How many changes.</summary>
    public int Count { get; private set; }

    /// <summary>One row a change: the row after it. For a delete the key from the record's key and null in all other
    /// columns; for a delete in a table without a key, the row before it.</summary>
    public ColumnBatch Values { get; }

    /// <summary>What the events say apart from the rows, row by row.</summary>
    public ReadOnlySpan<ChangeMeta> Metas => _metas.AsSpan(0, Count);

    /// <summary>The cells whose value the events do not carry, by row, then column.</summary>
    public List<UnavailableCell> Unavailable { get; } = [];

    /// <summary>What the last Row or Truncate says apart from its row; default after <see cref="Clear"/>.</summary>
    public ChangeMeta LastMeta { get; internal set; }

    /// <summary>What the headers of the next record say; to be set before it is decoded.</summary>
    public EventHints Hints { get; set; }

    /// <summary>Forgets all rows and keeps the memory.</summary>
    public void Clear()
    {
        Values.Clear();
        Unavailable.Clear();
        Count = 0;
        LastMeta = default;
    }

    /// <summary>Takes the last row away again.</summary>
    public void RemoveLast()
    {
        if (Count == 0)
            throw new InvalidOperationException("there is no row to remove");
        Count--;
        DropUnfinished();
        LastMeta = Count == 0 ? default : _metas[Count - 1];
    }

    /// <summary>Whether the next record, if it is a change of this kind, may leave out values that did not
    /// change.</summary>
    internal bool MayLeaveOut(ChangeKind kind) =>
        kind == ChangeKind.Update || (kind == ChangeKind.Create && Hints.FollowsKeyChange);

    /// <summary>Closes a row whose values, one a column, and unavailable cells are already there.</summary>
    internal void Finish(in ChangeMeta meta)
    {
        if (Count == _metas.Length)
            Array.Resize(ref _metas, Count * 2);
        _metas[Count++] = meta;
        LastMeta = meta;
    }

    /// <summary>Takes away what was added since the last finished row.</summary>
    internal void DropUnfinished()
    {
        Values.Truncate(Count);
        while (Unavailable.Count > 0 && Unavailable[^1].Row >= Count)
            Unavailable.RemoveAt(Unavailable.Count - 1);
    }
}
