using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>Computes a model anew for the keys that something changed for, out of the rows that lead to
/// them.</summary>
sealed class DeriveRun : ModelRun
{
    // Bounds the rows that one run is given, when all keys are due.
    const int KeysMax = 2048;

    // What stands for the key of a model that is computed as a whole.
    static readonly byte[] Whole = [0];

    readonly ImmutableArray<PathPlan> _paths;
    readonly RowWatch? _storedBy;
    readonly int[] _by;
    readonly CausedKeys _due = new();
    readonly HashSet<byte[]> _seen = new(BytesComparer.Instance);
    readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _seenOf;
    readonly HashSet<byte[]> _asked = new(BytesComparer.Instance);
    readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _askedOf;
    readonly List<int> _slots = [];
    byte[] _byBuffer = new byte[64];

    public DeriveRun(ModelTable table, DuckDbConnection connection, Func<string, RelationRows> rowsOf)
        : base(table, connection)
    {
        var model = table.Model;
        _paths = PathPlan.Of(model, rowsOf);
        _by = [.. model.Places(model.By)];
        _storedBy = model.IsWhole || model.By.SequenceEqual(model.Key) ? null : table.Rows.Watch(model.By);
        _seenOf = _seen.GetAlternateLookup<ReadOnlySpan<byte>>();
        _askedOf = _asked.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <inheritdoc/>
    public override void Run(ModelStep at, bool isDue, CancellationToken ct)
    {
        _due.Clear();
        foreach (var path in _paths)
            isDue |= path.Mark(_due);
        if (isDue)
            AddAll(at.NowUs);
        foreach (var chunk in _due.All.Keys.Chunk(KeysMax))
            Compute(chunk, at, ct);
    }

    // Where the statement fails for some key, the others are computed all the same.
    void Compute(byte[][] keys, ModelStep at, CancellationToken ct)
    {
        foreach (var path in _paths)
        {
            path.Find(keys);
            path.Rows.Give(path.Slots);
        }
        if (TryQuery(keys.Length, ct))
            Take(keys, at);
        else if (keys.Length > 1)
        {
            Compute(keys[..(keys.Length / 2)], at, ct);
            Compute(keys[(keys.Length / 2)..], at, ct);
        }
    }

    void AddAll(long causeUs)
    {
        foreach (var path in _paths)
            path.AddAll(_due, causeUs);
        if (Table.Model.IsWhole)
        {
            _due.Add(Whole, causeUs);
            return;
        }
        var state = Table.Current.State;
        if (_storedBy is not null)
        {
            foreach (var key in _storedBy.Index.Keys)
                _due.Add(key, causeUs);
            return;
        }
        foreach (var slot in state.LiveSlots())
            _due.Add(RowCodec.Key(state.Row(slot)), causeUs);
    }

    void Take(byte[][] keys, ModelStep at)
    {
        _seen.Clear();
        _asked.Clear();
        _asked.UnionWith(keys);
        for (var row = 0; row < Result.Count; row++)
        {
            var by = Table.Model.IsWhole ? Whole : RowKey.Encode(Result, row, _by, ref _byBuffer);
            if (!_askedOf.Contains(by))
            {
                throw Failed("gives rows for keys that nothing changed for: its rows cannot be told apart by "
                    + string.Join(", ", Table.Model.By));
            }
            if (!_seenOf.Add(Table.KeyOf(Result, row)))
                throw Failed($"gives two rows for one key ({string.Join(", ", Table.Model.Key)})");
            _due.TryGet(by, out var causeUs);
            Table.Put(Result, row, causeUs, at);
        }
        if (Table.Model.Kind == ModelKind.Snapshot)
            return;
        foreach (var key in keys)
            RemoveUnseen(key);
    }

    void RemoveUnseen(byte[] by)
    {
        _slots.Clear();
        if (Table.Model.IsWhole)
            _slots.AddRange(Table.Current.State.LiveSlots());
        else if (_storedBy is not null)
            _storedBy.Index.Find(by, _slots);
        else
        {
            if (!_seen.Contains(by))
                Table.Remove(by);
            return;
        }
        foreach (var slot in _slots)
        {
            var key = RowCodec.Key(Table.Current.State.Row(slot));
            if (!_seenOf.Contains(key))
                Table.Remove(key.ToArray());
        }
    }
}
