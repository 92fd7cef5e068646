using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;

namespace Tapline.Streaming.Tables;

/// <summary>The current rows of a table, in memory and in its <c>current/*</c> table. New and changed rows go to new
/// files. A file that lost a row gets a deletion vector (merge-on-read), or is written again from memory without it:
/// where the table takes no deletion vectors (copy-on-write), and when most of its rows are gone. Small files are
/// folded together on the way. A table with a change feed gets files with the rows that changed, where what comes and
/// goes does not say so by itself.</summary>
/// <param name="layout">The columns of its rows.</param>
/// <param name="options">How files are cut.</param>
/// <param name="keepsChanges">Whether it has a change feed.</param>
/// <param name="bookkeeping">The four columns that its files have after those; by default a source table's.</param>
sealed class CurrentTable(
    TableLayout layout,
    StreamOptions options,
    bool keepsChanges = false,
    ImmutableArray<ColumnSchema> bookkeeping = default)
{
    readonly ChangedRows? _changed = keepsChanges ? new() : null;
    readonly ImmutableArray<ColumnSchema> _bookkeeping =
        bookkeeping.IsDefault ? BookkeepingColumns.Current : bookkeeping;
    readonly Dictionary<int, LakeFile> _files = [];
    readonly SortedSet<int> _touched = [];
    readonly SortedSet<int> _outdated = [];
    readonly List<int> _pending = [];
    int _nextFile;

    const int NoSlot = -1;

    /// <summary>The rows.</summary>
    public TableState State { get; private set; } = new();

    /// <summary>Whether the lake lacks something of <see cref="State"/>.</summary>
    public bool HasChanges => _touched.Count > 0 || _outdated.Count > 0 || _pending.Count > 0;

    /// <summary>The highest position of the rows that were taken over from the lake.</summary>
    public SourcePosition Highest { get; private set; }

    /// <summary>How many live files.</summary>
    public int FileCount => _files.Count;

    /// <summary>Puts a packed row in place.</summary>
    public void Put(ReadOnlySpan<byte> packed)
    {
        _changed?.Keep(State, RowCodec.Key(packed));
        var (slot, fileBefore) = State.Put(packed);
        Touch(fileBefore);
        _pending.Add(slot);
    }

    /// <summary>Removes a row; nothing happens when there is none.</summary>
    public void Remove(ReadOnlySpan<byte> key)
    {
        _changed?.Keep(State, key);
        if (State.Remove(key) is { } file)
            Touch(file);
    }

    /// <summary>Removes the rows that were there before a truncate; most often all.</summary>
    public void Truncate(Func<RowMeta, bool> isBefore)
    {
        var remaining = State.LiveSlots().Count(slot => !isBefore(RowCodec.Meta(State.Row(slot))));
        if (remaining == 0)
        {
            Clear();
            return;
        }
        var gone = State.LiveSlots()
            .Where(slot => isBefore(RowCodec.Meta(State.Row(slot))))
            .Select(slot => RowCodec.Key(State.Row(slot)).ToArray())
            .ToList();
        foreach (var key in gone)
            Remove(key);
    }

    /// <summary>Removes all rows.</summary>
    public void Clear()
    {
        _changed?.KeepAll(State);
        State = State.Leave();
        _pending.Clear();
        foreach (var (file, held) in _files.ToArray())
        {
            // The slots belong to the state that is gone.
            _files[file] = held with { Slots = [] };
            _touched.Add(file);
        }
    }

    /// <summary>Brings all rows into changed columns; files that hold other rows than these are written
    /// again.</summary>
    public void Follow(LayoutChange change)
    {
        if (!change.ConcernsRows)
            return;
        _changed?.Follow(change, State);
        var migration = new RowMigration(change);
        State.Migrate(migration);
        if (change.IsRetyping || migration.HasChangedRows)
            _outdated.UnionWith(_files.Keys);
    }

    /// <summary>Takes a file over from the lake with the packed rows it holds.</summary>
    public int AddFile(AddFile add, int rowCount)
    {
        var slots = new int[rowCount];
        slots.AsSpan().Fill(NoSlot);
        _files.Add(_nextFile, new LakeFile(add, slots));
        return _nextFile++;
    }

    /// <summary>Takes a row over from the lake.</summary>
    public void AddStored(ReadOnlySpan<byte> packed, int file, int row)
    {
        var (slot, _) = State.Put(packed);
        var position = RowCodec.Meta(packed).Position;
        if (position.CompareTo(Highest) > 0)
            Highest = position;
        State.SetFile(slot, file);
        _files[file].Slots[row] = slot;
    }

    /// <summary>Writes what has changed as data files and deletion vectors, and says which files they replace. Nothing
    /// counts until <see cref="Confirm"/>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="newSchema">The columns that the commit brings; default for none.</param>
    /// <param name="lane">The lane that owns the files.</param>
    /// <param name="ct">Ends it; what was written is nobody's then.</param>
    public async Task<CurrentChange> WriteAsync(
        DeltaTable table, ImmutableArray<ColumnSchema> newSchema, string lane, CancellationToken ct)
    {
        OutdateSmallFiles();
        var (deleted, gone) = Losses(table.Snapshot.TakesDeletionVectors);
        var (moved, fresh) = (SlotsOf(gone), PendingSlots());
        var added = new List<LakeFile>();
        var batch = new ColumnBatch(layout.Columns.AddRange(_bookkeeping));
        var slots = new List<int>();
        foreach (var slot in moved.Concat(fresh))
        {
            AppendRow(batch, State.Row(slot));
            slots.Add(slot);
            if (IsFull(batch))
                await CloseFileAsync();
        }
        if (batch.Count > 0)
            await CloseFileAsync();
        var kept = await table.WriteDeletedRowsAsync([.. deleted.Select(static file => file.Rows)], ct);
        var changes = _changed?.Changes(State, fresh).ToList();
        return new CurrentChange(
            added, gone, [.. deleted.Zip(kept, static (file, add) => KeyValuePair.Create(file.File, add))])
        {
            Removes = [.. gone.Concat(deleted.Select(static file => file.File)).Select(file => _files[file].Add)],
            ChangesRows = changes is not { Count: 0 },
            // Files that come hold new rows and nothing else, and what goes is deleted: no more is to be said.
            Changes = changes is null || (moved.Count == 0 && !changes.Exists(static change => change.IsUpdate))
                ? []
                : await WriteChangesAsync(table, changes, newSchema, ct),
        };

        async Task CloseFileAsync()
        {
            var file = await table.WriteDataFileAsync([batch], partitionValues: null, lane, newSchema, ct);
            added.Add(new LakeFile(file, [.. slots]));
            batch.Clear();
            slots.Clear();
        }
    }

    async Task<ImmutableArray<ChangeFile>> WriteChangesAsync(
        DeltaTable table, List<RowChange> changes, ImmutableArray<ColumnSchema> newSchema, CancellationToken ct)
    {
        var files = ImmutableArray.CreateBuilder<ChangeFile>();
        var batch = new ColumnBatch([.. layout.Columns, .. BookkeepingColumns.Current, ChangeFeed.TypeColumn]);
        foreach (var change in changes)
        {
            if (change.Before is { } before)
                Append(before, change.IsUpdate ? ChangeFeed.UpdateBefore : ChangeFeed.Delete);
            if (change.Slot != RowChange.None)
                Append(State.Row(change.Slot), change.IsUpdate ? ChangeFeed.UpdateAfter : ChangeFeed.Insert);
            if (IsFull(batch))
                await CloseFileAsync();
        }
        if (batch.Count > 0)
            await CloseFileAsync();
        return files.ToImmutable();

        void Append(ReadOnlySpan<byte> packed, string type)
        {
            AppendRow(batch, packed);
            batch.Columns[^1].Append(Encoding.UTF8.GetBytes(type));
        }

        async Task CloseFileAsync()
        {
            files.Add(await table.WriteChangeFileAsync(batch, partitionValues: null, newSchema, ct));
            batch.Clear();
        }
    }

    /// <summary>Takes note that the lake has committed a change.</summary>
    public void Confirm(CurrentChange change)
    {
        foreach (var file in change.Gone)
            _files.Remove(file);
        foreach (var (file, add) in change.Kept)
            _files[file] = _files[file] with { Add = add };
        _touched.Clear();
        _outdated.Clear();
        _pending.Clear();
        _changed?.Clear();
        foreach (var file in change.Added)
        {
            foreach (var slot in file.Slots)
                State.SetFile(slot, _nextFile);
            _files.Add(_nextFile++, file);
        }
    }

    void Touch(int file)
    {
        if (file != TableState.Pending)
            _touched.Add(file);
    }

    // Files of about one size are folded when they are many.
    void OutdateSmallFiles()
    {
        var small = _files
            .Where(file => file.Value.Slots.Length < options.SmallFileRows && !_outdated.Contains(file.Key))
            .GroupBy(static file => SizeClass.Of(file.Value.Slots.Length))
            .Where(sizes => sizes.Count() > options.SmallFilesMax);
        foreach (var sizes in small.ToArray())
            _outdated.UnionWith(sizes.Select(static file => file.Key));
    }

    // Which files live on without some of their rows, and which are gone.
    (List<(int File, DeletedRows Rows)> Deleted, List<int> Gone) Losses(bool takesDeletionVectors)
    {
        var deleted = new List<(int, DeletedRows)>();
        var gone = _outdated.ToList();
        foreach (var file in _touched.Except(_outdated))
        {
            var held = _files[file];
            if (takesDeletionVectors && held.Add.RowCount == held.Slots.Length
                && held.DeletedRows(file, State) is var rows && rows.Count * 2 < held.Slots.Length)
                deleted.Add((file, new DeletedRows(held.Add, rows)));
            else
                gone.Add(file);
        }
        return (deleted, gone);
    }

    // Rows of files that go which are still theirs.
    List<int> SlotsOf(IEnumerable<int> gone)
    {
        var slots = new List<int>();
        foreach (var file in gone)
        {
            var held = _files[file];
            for (var row = 0; row < held.Slots.Length; row++)
            {
                if (held.Holds(row, file, State))
                    slots.Add(held.Slots[row]);
            }
        }
        return slots;
    }

    // The rows that no file holds yet, each once.
    List<int> PendingSlots()
    {
        var seen = new HashSet<int>();
        return _pending.FindAll(slot =>
            State.IsLive(slot) && State.FileOf(slot) == TableState.Pending && seen.Add(slot));
    }

    bool IsFull(ColumnBatch batch) => batch.Count >= options.FileRowsMax || batch.ByteCount >= options.EpochBytesMax;

    void AppendRow(ColumnBatch batch, ReadOnlySpan<byte> packed)
    {
        var count = layout.Columns.Length;
        RowCodec.Decode(packed, batch.Columns, count);
        var meta = RowCodec.Meta(packed);
        batch.Columns[count].Append(meta.Position.Commit);
        batch.Columns[count + 1].Append(meta.Position.Lsn);
        batch.Columns[count + 2].Append(meta.SourceTimestampUs);
        batch.Columns[count + 3].Append(meta.IngestedUs);
    }
}
