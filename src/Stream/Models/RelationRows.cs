using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>The rows of one relation as models see them: looked up by columns that paths go over, given to statements
/// slice by slice. Owned by the lane's task.</summary>
sealed class RelationRows(string name, ImmutableArray<ColumnSchema> columns) : IRowObserver
{
    readonly List<RowWatch> _watches = [];
    TableState? _state;
    TableLayout? _layout;
    int _revision;
    ImmutableArray<int> _places = [];
    bool _isPlain;
    ColumnBatch _scratch = new(columns);

    /// <summary>Its name in SQL.</summary>
    public string Name { get; } = name;

    /// <summary>Its columns in SQL.</summary>
    public ImmutableArray<ColumnSchema> Columns { get; } = columns;

    /// <summary>What statements read in its place.</summary>
    public SliceTable Slice { get; } = new(columns);

    /// <summary>The packed rows; empty as long as the lake has no such table.</summary>
    public TableState State => _state ??= new TableState();

    /// <summary>Whether a row changed in this step.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Rows that came in this step, for folds; null where none wants them.</summary>
    public ColumnBatch? Added { get; private set; }

    /// <summary>Rows that went in this step, for folds; null where none wants them.</summary>
    public ColumnBatch? Removed { get; private set; }

    /// <summary>Follows a table's rows. Rows that are there already count as changed in this step.</summary>
    public void Attach(TableState state, TableLayout layout)
    {
        (_state, _layout) = (state, layout);
        state.Observer = this;
        Rebuild();
    }

    /// <summary>The watch of some columns, made when there is none.</summary>
    public RowWatch Watch(ImmutableArray<string> names)
    {
        var known = _watches.Find(watch => watch.Columns.AsSpan().SequenceEqual(names.AsSpan()));
        if (known is not null)
            return known;
        _watches.Add(known = new RowWatch(names));
        if (_layout is not null)
            Rebuild();
        return known;
    }

    /// <summary>Keeps the rows that come and go in a step.</summary>
    public void KeepForFolds()
    {
        Added ??= new ColumnBatch(Columns);
        Removed ??= new ColumnBatch(Columns);
    }

    /// <inheritdoc/>
    public void Replaced(int slot, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        if (_revision != _layout!.Revision)
            Bind();
        HasChanged = true;
        var causeUs = RowCodec.Meta(after.IsEmpty ? before : after).SourceTimestampUs;
        foreach (var watch in _watches)
            watch.Replaced(slot, before, after, causeUs);
        if (Removed is not null && !before.IsEmpty)
            Append(before, Removed);
        if (Added is not null && !after.IsEmpty)
            Append(after, Added);
    }

    /// <inheritdoc/>
    public void Migrated() => Rebuild();

    /// <inheritdoc/>
    public void Cleared(TableState state) => _state = state;

    /// <summary>Takes rows that came and stay, for folds: of a relation whose rows nobody looks up.</summary>
    public void Take(ColumnBatch rows)
    {
        if (Added is null)
            return;
        var places = Columns.Select(column => rows.Schema.IndexOf(rows.Schema.First(own => own.Name == column.Name)));
        foreach (var (place, target) in places.Zip(Added.Columns))
        {
            for (var row = 0; row < rows.Count; row++)
                target.AppendFrom(rows.Columns[place], row);
        }
    }

    /// <summary>Gives the rows of some slots to statements.</summary>
    public void Give(IEnumerable<int> slots)
    {
        Slice.Own.Clear();
        foreach (var slot in slots)
            Append(State.Row(slot), Slice.Own);
        Slice.Give(Slice.Own);
    }

    /// <summary>Forgets what changed.</summary>
    public void EndStep()
    {
        HasChanged = false;
        foreach (var watch in _watches)
            watch.Changed.Clear();
        Added?.Clear();
        Removed?.Clear();
    }

    void Rebuild()
    {
        Bind();
        foreach (var watch in _watches)
            watch.Index.Clear();
        foreach (var slot in State.LiveSlots())
        {
            HasChanged = true;
            var row = State.Row(slot);
            foreach (var watch in _watches)
                watch.Add(slot, row, RowCodec.Meta(row).SourceTimestampUs);
        }
    }

    void Bind()
    {
        _revision = _layout!.Revision;
        _places = [.. Columns.Select(column => _layout.ActiveOf(column.Name))];
        _isPlain = _layout.Columns.Length == Columns.Length
            && Columns.Index().All(column =>
                _places[column.Index] == column.Index && column.Item.HasTypeOf(_layout.Columns[column.Index]));
        _scratch = new ColumnBatch(_layout.Columns);
        foreach (var watch in _watches)
            watch.Key = new PackedKey(_layout.Columns, [.. watch.Columns.Select(name => _layout.ActiveOf(name))]);
    }

    void Append(ReadOnlySpan<byte> packed, ColumnBatch target)
    {
        if (_isPlain)
        {
            RowCodec.Decode(packed, target.Columns, target.Columns.Length);
            return;
        }
        _scratch.Clear();
        RowCodec.Decode(packed, _scratch.Columns, _scratch.Columns.Length);
        for (var i = 0; i < Columns.Length; i++)
        {
            // A value that the declared type has no room for is unknown to models, as a column that is not there is.
            if (_places[i] < 0 || !ValueConversion.TryCast(_scratch.Columns[_places[i]], 0, target.Columns[i]))
                target.Columns[i].AppendNull();
        }
    }
}
