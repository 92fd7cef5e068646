namespace Tapline.Streaming.Tables;

/// <summary>What an epoch changes in a current table, for its change feed: rows that the lake holds are kept as they
/// are there when they change for the first time. However often a row changes, what it was and what it has become is
/// one change.</summary>
sealed class ChangedRows
{
    readonly Dictionary<byte[], byte[]> _before = new(BytesComparer.Instance);
    readonly Dictionary<byte[], byte[]>.AlternateLookup<ReadOnlySpan<byte>> _byKey;

    public ChangedRows() => _byKey = _before.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Keeps a row that is about to change, if the lake holds it.</summary>
    public void Keep(TableState state, ReadOnlySpan<byte> key)
    {
        if (state.TryFind(key, out var slot))
            Keep(state, slot);
    }

    /// <summary>Keeps all rows that the lake holds.</summary>
    public void KeepAll(TableState state)
    {
        foreach (var slot in state.LiveSlots())
            Keep(state, slot);
    }

    /// <summary>Takes note that rows come into changed columns. Before <paramref name="state"/> follows.</summary>
    public void Follow(LayoutChange change, TableState state)
    {
        if (!change.Moves.IsEmpty || !change.Refills.IsEmpty)
            KeepAll(state);
        // As they were, in the columns that there are now.
        var migration = new RowMigration(change with { Moves = [], Refills = [] });
        foreach (var (key, row) in _before.ToArray())
            _before[key] = migration.Convert(row).ToArray();
    }

    /// <summary>What has changed: rows before and after, of which one may be missing.</summary>
    /// <param name="state">The rows as they are now.</param>
    /// <param name="written">The slots of rows that no file held, each once.</param>
    public IEnumerable<RowChange> Changes(TableState state, IEnumerable<int> written)
    {
        foreach (var (key, before) in _before)
        {
            if (!state.TryFind(key, out var slot))
                yield return new RowChange(before, RowChange.None);
            else if (!state.Row(slot).SequenceEqual(before))
                yield return new RowChange(before, slot);
        }
        foreach (var slot in written)
        {
            if (!_byKey.ContainsKey(RowCodec.Key(state.Row(slot))))
                yield return new RowChange(null, slot);
        }
    }

    /// <summary>Forgets everything: the lake has the rows as they are now.</summary>
    public void Clear() => _before.Clear();

    void Keep(TableState state, int slot)
    {
        if (state.FileOf(slot) == TableState.Pending)
            return;
        var row = state.Row(slot);
        var key = RowCodec.Key(row);
        if (!_byKey.ContainsKey(key))
            _before.Add(key.ToArray(), row.ToArray());
    }
}

/// <summary>A row that is another one now.</summary>
/// <param name="Before">The packed row before; null for a new one.</param>
/// <param name="Slot">The state's slot of the row; <see cref="None"/> for one that is gone.</param>
readonly record struct RowChange(byte[]? Before, int Slot)
{
    /// <summary>No slot.</summary>
    public const int None = -1;

    /// <summary>Whether the row was there and still is.</summary>
    public bool IsUpdate => Before is not null && Slot != None;
}
