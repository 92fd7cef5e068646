using System.Numerics;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>A set of row numbers, 0 to 2^63 - 1, in little memory: each chunk of 65,536 numbers is kept as a list, as
/// bits or as runs, whichever is smallest. Not safe for use by several threads while it changes.</summary>
public sealed class RoaringBitmap
{
    readonly List<long> _keys = [];
    readonly List<RoaringContainer> _containers = [];

    /// <summary>An empty set.</summary>
    public RoaringBitmap()
    {
    }

    /// <summary>The set of the given numbers, in any order and repeated at will.</summary>
    public RoaringBitmap(ReadOnlySpan<long> rows)
    {
        if (rows.IsEmpty)
            return;
        var sorted = rows.ToArray();
        sorted.AsSpan().Sort();
        ArgumentOutOfRangeException.ThrowIfNegative(sorted[0], nameof(rows));
        var words = new ulong[RoaringBits.Words];
        for (var at = 0; at < sorted.Length;)
        {
            Array.Clear(words);
            var key = sorted[at] >> 16;
            for (; at < sorted.Length && sorted[at] >> 16 == key; at++)
                words[(int)((sorted[at] >> 6) & (RoaringBits.Words - 1))] |= 1UL << (int)(sorted[at] & 63);
            Append(key, RoaringContainer.Of(words)!);
        }
    }

    /// <summary>How many numbers.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (var container in _containers)
                count += container.Count;
            return count;
        }
    }

    /// <summary>The greatest number; -1 for an empty set.</summary>
    public long Max => _keys.Count == 0 ? -1 : (_keys[^1] << 16) | _containers[^1].Max;

    /// <summary>The chunks, ascending: the upper 48 bits and the set of lower 16 bits.</summary>
    internal IEnumerable<(long Key, RoaringContainer Container)> Chunks => _keys.Zip(_containers);

    internal int ChunkCount => _keys.Count;

    /// <summary>Whether a number is in the set.</summary>
    public bool Contains(long row) => Chunk(row >> 16)?.Contains((ushort)(row & 0xFFFF)) ?? false;

    /// <summary>Adds all numbers of another set.</summary>
    public void UnionWith(RoaringBitmap other)
    {
        foreach (var (key, added) in other.Chunks)
        {
            var at = _keys.BinarySearch(key);
            if (at < 0)
            {
                _keys.Insert(~at, key);
                _containers.Insert(~at, added);
            }
            else
            {
                _containers[at] = Combine(_containers[at], added, static (ours, theirs) => ours | theirs)!;
            }
        }
    }

    /// <summary>Takes all numbers of another set out.</summary>
    public void ExceptWith(RoaringBitmap other)
    {
        foreach (var (key, taken) in other.Chunks)
        {
            var at = _keys.BinarySearch(key);
            if (at < 0)
                continue;
            if (Combine(_containers[at], taken, static (ours, theirs) => ours & ~theirs) is { } left)
            {
                _containers[at] = left;
                continue;
            }
            _keys.RemoveAt(at);
            _containers.RemoveAt(at);
        }
    }

    /// <summary>The numbers, ascending.</summary>
    public IEnumerable<long> Rows()
    {
        var words = new ulong[RoaringBits.Words];
        foreach (var (key, container) in Chunks)
        {
            Array.Clear(words);
            container.SetBits(words);
            for (var i = 0; i < words.Length; i++)
            {
                for (var word = words[i]; word != 0; word &= word - 1)
                    yield return (key << 16) | (uint)((i << 6) | BitOperations.TrailingZeroCount(word));
            }
        }
    }

    /// <summary>The set of one chunk's lower 16 bits; null when none of its numbers is in the set.</summary>
    internal RoaringContainer? Chunk(long key)
    {
        var at = _keys.BinarySearch(key);
        return at < 0 ? null : _containers[at];
    }

    /// <summary>Puts a chunk behind all others.</summary>
    internal void Append(long key, RoaringContainer container)
    {
        _keys.Add(key);
        _containers.Add(container);
    }

    static RoaringContainer? Combine(
        RoaringContainer ours, RoaringContainer theirs, Func<ulong, ulong, ulong> combine)
    {
        var left = new ulong[RoaringBits.Words];
        var right = new ulong[RoaringBits.Words];
        ours.SetBits(left);
        theirs.SetBits(right);
        for (var i = 0; i < left.Length; i++)
            left[i] = combine(left[i], right[i]);
        return RoaringContainer.Of(left);
    }
}
