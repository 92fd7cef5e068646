using System.Runtime.InteropServices;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>Finds the slots of the rows that have a key, which many rows may have. Some 8 bytes a row and 40 a key.
/// </summary>
sealed class RowIndex
{
    const int None = -1;

    readonly Dictionary<byte[], int> _heads = new(BytesComparer.Instance);
    readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    int[] _next = [];
    int[] _previous = [];

    public RowIndex() => _lookup = _heads.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The keys that some row has.</summary>
    public IEnumerable<byte[]> Keys => _heads.Keys;

    /// <summary>Adds a row under a key.</summary>
    public void Add(ReadOnlySpan<byte> key, int slot)
    {
        if (slot >= _next.Length)
        {
            var size = Math.Max(64, Math.Max(slot + 1, _next.Length * 2));
            Array.Resize(ref _next, size);
            Array.Resize(ref _previous, size);
        }
        ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(_lookup, key, out var exists);
        var second = exists ? head : None;
        _next[slot] = second;
        _previous[slot] = None;
        if (second != None)
            _previous[second] = slot;
        head = slot;
    }

    /// <summary>Takes a row away from a key that it was added under.</summary>
    public void Remove(ReadOnlySpan<byte> key, int slot)
    {
        var (next, previous) = (_next[slot], _previous[slot]);
        if (next != None)
            _previous[next] = previous;
        if (previous != None)
            _next[previous] = next;
        else if (next != None)
            _lookup[key] = next;
        else
            _lookup.Remove(key);
    }

    /// <summary>Adds the slots of a key's rows to a list.</summary>
    public void Find(ReadOnlySpan<byte> key, List<int> slots)
    {
        if (!_lookup.TryGetValue(key, out var slot))
            return;
        for (; slot != None; slot = _next[slot])
            slots.Add(slot);
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear() => _heads.Clear();
}
