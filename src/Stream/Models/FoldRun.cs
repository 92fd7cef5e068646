using Tapline.Contracts.Columns;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>Aggregates the rows that came and went, and merges the results into those that are stored.</summary>
sealed class FoldRun : ModelRun
{
    const int RowsMax = 1 << 17;

    readonly RelationRows _input;
    readonly ColumnBatch _stored;
    readonly ColumnBatch _merged;

    public FoldRun(ModelTable table, DuckDbConnection connection, Func<string, RelationRows> rowsOf)
        : base(table, connection)
    {
        _input = rowsOf(table.Model.Reads[0]);
        _input.KeepForFolds();
        _stored = new ColumnBatch(table.Model.Columns);
        _merged = new ColumnBatch(table.Model.Columns);
    }

    /// <inheritdoc/>
    public override void Run(ModelStep at, bool isDue, CancellationToken ct)
    {
        Take(_input.Added!, isRemoval: false, at, ct);
        Take(_input.Removed!, isRemoval: true, at, ct);
    }

    /// <summary>Takes all rows that the input's table has.</summary>
    public void TakeAll(ModelStep at, CancellationToken ct)
    {
        foreach (var slots in _input.State.LiveSlots().Chunk(RowsMax))
        {
            _input.Give(slots);
            Merge(isRemoval: false, at, ct);
        }
    }

    /// <summary>Takes rows that came, or that went.</summary>
    public void Take(ColumnBatch rows, bool isRemoval, ModelStep at, CancellationToken ct)
    {
        if (rows.Count == 0)
            return;
        _input.Slice.Give(rows);
        Merge(isRemoval, at, ct);
    }

    void Merge(bool isRemoval, ModelStep at, CancellationToken ct)
    {
        if (!TryQuery(keyCount: 1, ct))
            throw Failed($"the fold failed ({Failures.Reason}): rows cannot be left out of it");
        for (var row = 0; row < Result.Count; row++)
            Merge(row, isRemoval, at);
    }

    void Merge(int row, bool isRemoval, ModelStep at)
    {
        var state = Table.Current.State;
        var key = Table.KeyOf(Result, row);
        _stored.Clear();
        _merged.Clear();
        if (state.TryFind(key, out var slot))
            RowCodec.Decode(state.Row(slot), _stored.Columns, _stored.Columns.Length);
        for (var i = 0; i < _merged.Columns.Length; i++)
        {
            var combiner = Table.Model.Combiners[i];
            if (isRemoval && combiner == Combiner.Sum)
                Merging.Subtract(_stored.Columns[i], Result.Columns[i], row, _merged.Columns[i]);
            else if (_stored.Count == 0)
                _merged.Columns[i].AppendFrom(Result.Columns[i], row);
            else
                Merging.Combine(combiner, _stored.Columns[i], Result.Columns[i], row, _merged.Columns[i]);
        }
        var count = Table.Model.RowCountColumn;
        if (isRemoval && count >= 0 && _merged.Columns[count].Int64s[0] == 0)
            Table.Remove(key.ToArray());
        else
            Table.Put(_merged, 0, at.SourceUs, at);
    }
}
