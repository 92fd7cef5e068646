using System.Buffers;
using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Models;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>The rows of a model, in memory and on the way to the lake. Only rows that differ are written.</summary>
sealed class ModelTable
{
    readonly Dictionary<byte[], byte[]?> _before = new(BytesComparer.Instance);
    readonly Dictionary<byte[], byte[]?>.AlternateLookup<ReadOnlySpan<byte>> _beforeOf;
    readonly ArrayBufferWriter<byte> _packed = new(512);
    readonly int[] _key;
    readonly ModelHistory? _history;
    readonly PackedKey? _closed;
    byte[] _keyBuffer = new byte[64];

    /// <summary>The table of a model, without rows.</summary>
    public ModelTable(Model model, StreamOptions options)
    {
        Model = model;
        Layout = new TableLayout(model.Columns);
        Current = new CurrentTable(Layout, options, bookkeeping: ModelColumns.Table);
        Rows = new RelationRows(model.Name, model.Columns);
        Rows.Attach(Current.State, Layout);
        _key = [.. model.Places(model.Key)];
        _closed = model.Closed.Length > 0 ? new PackedKey(Layout.Columns, model.Places([model.Closed])) : null;
        _beforeOf = _before.GetAlternateLookup<ReadOnlySpan<byte>>();
        _history = model.Tracked.IsEmpty ? null : new ModelHistory(model);
    }

    /// <summary>What it holds the rows of.</summary>
    public Model Model { get; }

    /// <summary>Its columns.</summary>
    public TableLayout Layout { get; }

    /// <summary>Its rows and their files.</summary>
    public CurrentTable Current { get; }

    /// <summary>Its rows as other models see them.</summary>
    public RelationRows Rows { get; }

    /// <summary>The versions that <see cref="Close"/> found, with the columns of <see cref="ModelColumns.History"/>;
    /// null for a model without history.</summary>
    public ColumnBatch? History => _history?.Rows;

    /// <summary>How many rows changed since the last epoch.</summary>
    public int ChangedCount => _before.Count;

    /// <summary>The key of a row of a batch, valid until the next call.</summary>
    public ReadOnlySpan<byte> KeyOf(ColumnBatch rows, int row) => RowKey.Encode(rows, row, _key, ref _keyBuffer);

    /// <summary>Puts a row in place when it differs from the one that is there.</summary>
    /// <param name="rows">Holds it, with the model's columns first.</param>
    /// <param name="row">Which it is.</param>
    /// <param name="causeUs">When what it follows from happened at the source.</param>
    /// <param name="at">The step.</param>
    public void Put(ColumnBatch rows, int row, long causeUs, ModelStep at)
    {
        var key = KeyOf(rows, row);
        var meta = new RowMeta(new SourcePosition(at.Epoch, 0), causeUs, at.NowUs);
        _packed.ResetWrittenCount();
        if (!Current.State.TryFind(key, out var slot))
        {
            _beforeOf.TryAdd(key, null);
            RowCodec.Encode(rows, row, meta, key, _packed);
            Current.Put(_packed.WrittenSpan);
            return;
        }
        var stored = Current.State.Row(slot);
        var old = RowCodec.Meta(stored);
        // A row that changes again in one epoch is one version, and time does not run backwards between two.
        var isNew = old.Position.Commit != at.Epoch && IsClosed(stored);
        var revision = isNew ? old.Position.Lsn + 1 : old.Position.Lsn;
        RowCodec.Encode(
            rows,
            row,
            meta with
            {
                Position = new SourcePosition(at.Epoch, revision),
                SourceTimestampUs = Math.Max(causeUs, old.SourceTimestampUs),
            },
            key,
            _packed);
        if (RowCodec.HasSameColumns(stored, _packed.WrittenSpan))
            return;
        if (!_beforeOf.ContainsKey(key))
            _beforeOf[key] = stored.ToArray();
        Current.Put(_packed.WrittenSpan);
    }

    // The key of a truth value is a byte that says that there is one, and the value.
    bool IsClosed(ReadOnlySpan<byte> stored) => _closed is null || _closed.Of(stored) is [1, 1];

    /// <summary>Removes a row; nothing happens when there is none.</summary>
    public void Remove(ReadOnlySpan<byte> key)
    {
        if (!Current.State.TryFind(key, out var slot))
            return;
        if (!_beforeOf.ContainsKey(key))
            _beforeOf[key] = Current.State.Row(slot).ToArray();
        Current.Remove(key);
    }

    /// <summary>Removes all rows, to be computed anew.</summary>
    public void Clear()
    {
        var state = Current.State;
        foreach (var key in state.LiveSlots().Select(slot => RowCodec.Key(state.Row(slot)).ToArray()).ToList())
            Remove(key);
    }

    /// <summary>Gathers what the epoch has changed, row by row, and forgets what rows were before it.</summary>
    public void Close(ModelStep at)
    {
        foreach (var (key, before) in _before)
        {
            var after = Current.State.TryFind(key, out var slot) ? Current.State.Row(slot) : default;
            _history?.Add(before, after, at);
        }
        _before.Clear();
    }

    /// <summary>Takes note that the lake has everything.</summary>
    public void Settle() => _history?.Rows.Clear();
}
