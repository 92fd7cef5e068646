using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tapline.Contracts;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Ordering;

/// <summary>Where the newest deleted keys of a topic were deleted: a key with a row has its position there, a key
/// without one only here. Bounded; of what it has to forget it keeps the highest position.</summary>
sealed class DeletedKeys
{
    /// <summary>How many keys are remembered.</summary>
    public const int CountMax = 256;

    const int EntryBytes = 24;

    readonly Dictionary<ulong, SourcePosition> _positions = [];
    readonly Queue<ulong> _order = new();

    /// <summary>No forgotten key was deleted at a higher position; the default when none was forgotten.</summary>
    public SourcePosition Floor { get; private set; }

    /// <summary>How many keys are remembered now.</summary>
    public int Count => _positions.Count;

    /// <summary>Where a key was deleted last; null when that is not remembered.</summary>
    public SourcePosition? Find(ReadOnlySpan<byte> key) =>
        _positions.Count > 0 && _positions.TryGetValue(KeyIndex.Hash(key), out var position) ? position : null;

    /// <summary>Remembers that a key has no row since a position; an older position than the known one says
    /// nothing.</summary>
    public void Add(ReadOnlySpan<byte> key, SourcePosition position)
    {
        var hash = KeyIndex.Hash(key);
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_positions, hash, out var isKnown);
        if (!isKnown || known.CompareTo(position) < 0)
            known = position;
        if (isKnown)
            return;
        _order.Enqueue(hash);
        if (_order.Count > CountMax && _positions.Remove(_order.Dequeue(), out var forgotten))
            Floor = SourcePosition.Max(Floor, forgotten);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _positions.Clear();
        _order.Clear();
        Floor = default;
    }

    /// <summary>The remembered keys as text, for <see cref="Restore"/>.</summary>
    public string Save()
    {
        var bytes = new byte[EntryBytes * _order.Count];
        var rest = bytes.AsSpan();
        foreach (var hash in _order)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, hash);
            BinaryPrimitives.WriteInt64LittleEndian(rest[8..], _positions[hash].Commit);
            BinaryPrimitives.WriteInt64LittleEndian(rest[16..], _positions[hash].Lsn);
            rest = rest[EntryBytes..];
        }
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Takes over what was saved.</summary>
    public void Restore(string saved, SourcePosition floor)
    {
        Clear();
        Floor = floor;
        ReadOnlySpan<byte> rest = Convert.FromBase64String(saved);
        for (; rest.Length >= EntryBytes; rest = rest[EntryBytes..])
        {
            var hash = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            if (_positions.TryAdd(hash, new SourcePosition(
                BinaryPrimitives.ReadInt64LittleEndian(rest[8..]), BinaryPrimitives.ReadInt64LittleEndian(rest[16..]))))
                _order.Enqueue(hash);
        }
    }
}
