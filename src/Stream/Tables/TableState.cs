namespace Tapline.Streaming.Tables;

/// <summary>The current rows of one table in one lane: every row by key, and the lake file that holds it. Owned by the
/// lane's task.</summary>
sealed class TableState
{
    /// <summary>The file of a row that no lake file holds yet.</summary>
    public const int Pending = -1;

    const long NoRow = -1;

    readonly KeyIndex _index = new();
    readonly Stack<int> _free = new();
    RowStore _store = new();
    long[] _rows = new long[16];
    int[] _files = new int[16];
    int _slotCount;

    /// <summary>How many rows.</summary>
    public int Count => _index.Count;

    /// <summary>Is told each change; null for none.</summary>
    public IRowObserver? Observer { get; set; }

    /// <summary>An estimate of the memory it takes, in bytes.</summary>
    public long ByteCount => _store.ByteCount + 28L * _rows.Length;

    /// <summary>Finds a row by its key.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out int slot) => TryFind(key, KeyIndex.Hash(key), out slot, out _);

    /// <summary>The packed row of a slot; valid until the next change.</summary>
    public ReadOnlySpan<byte> Row(int slot) => _store.Get(_rows[slot]);

    /// <summary>The lake file of a slot's row, or <see cref="Pending"/>.</summary>
    public int FileOf(int slot) => _files[slot];

    /// <summary>Says which lake file holds a slot's row now.</summary>
    public void SetFile(int slot, int file) => _files[slot] = file;

    /// <summary>Whether a slot holds a row.</summary>
    public bool IsLive(int slot) => _rows[slot] != NoRow;

    /// <summary>Puts a row in place of the one with its key, or adds it. Returns its slot and the lake file that held
    /// the
    /// row before, <see cref="Pending"/> when none did.</summary>
    public (int Slot, int FileBefore) Put(ReadOnlySpan<byte> packed)
    {
        var key = RowCodec.Key(packed);
        var hash = KeyIndex.Hash(key);
        var fileBefore = Pending;
        var before = ReadOnlySpan<byte>.Empty;
        if (TryFind(key, hash, out var slot, out _))
        {
            fileBefore = _files[slot];
            before = _store.Get(_rows[slot]);
            _store.Release(_rows[slot]);
        }
        else
        {
            slot = TakeSlot();
            _index.Add(hash, slot);
        }
        _rows[slot] = _store.Add(packed);
        _files[slot] = Pending;
        Observer?.Replaced(slot, before, packed);
        if (_store.IsMostlyDead)
            MoveLivingRows();
        return (slot, fileBefore);
    }

    /// <summary>Removes a row. Returns the lake file that held it, <see cref="Pending"/> when none did; null when there
    /// is
    /// no such row.</summary>
    public int? Remove(ReadOnlySpan<byte> key)
    {
        if (!TryFind(key, KeyIndex.Hash(key), out var slot, out var place))
            return null;
        _index.RemoveAt(place);
        Observer?.Replaced(slot, _store.Get(_rows[slot]), after: default);
        _store.Release(_rows[slot]);
        _rows[slot] = NoRow;
        _free.Push(slot);
        return _files[slot];
    }

    /// <summary>Brings every row into other columns; keys and slots stay.</summary>
    public void Migrate(RowMigration migration)
    {
        var store = new RowStore();
        foreach (var slot in LiveSlots())
            _rows[slot] = store.Add(migration.Convert(_store.Get(_rows[slot])));
        _store = store;
        Observer?.Migrated();
    }

    /// <summary>An empty state in place of this one, which is dropped; the observer is told that all rows are
    /// gone.</summary>
    public TableState Leave()
    {
        var empty = new TableState { Observer = Observer };
        if (Observer is null)
            return empty;
        foreach (var slot in LiveSlots())
            Observer.Replaced(slot, Row(slot), after: default);
        Observer.Cleared(empty);
        return empty;
    }

    /// <summary>The slots that hold rows, in no particular order.</summary>
    public IEnumerable<int> LiveSlots()
    {
        for (var slot = 0; slot < _slotCount; slot++)
        {
            if (_rows[slot] != NoRow)
                yield return slot;
        }
    }

    bool TryFind(ReadOnlySpan<byte> key, ulong hash, out int slot, out int place)
    {
        place = -1;
        while (_index.TryNext(hash, ref place, out slot))
        {
            if (RowCodec.Key(Row(slot)).SequenceEqual(key))
                return true;
        }
        return false;
    }

    int TakeSlot()
    {
        if (_free.TryPop(out var reused))
            return reused;
        if (_slotCount == _rows.Length)
        {
            Array.Resize(ref _rows, _rows.Length * 2);
            Array.Resize(ref _files, _files.Length * 2);
        }
        return _slotCount++;
    }

    void MoveLivingRows()
    {
        var store = new RowStore();
        foreach (var slot in LiveSlots())
            _rows[slot] = store.Add(_store.Get(_rows[slot]));
        _store = store;
    }
}
