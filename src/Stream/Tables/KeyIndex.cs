using System.Numerics;

namespace Tapline.Streaming.Tables;

/// <summary>Finds a row's slot by its key's hash: open addressing, linear probing, 12 bytes an entry. Keys of equal
/// hash are
/// told apart by the caller, who holds the keys.</summary>
sealed class KeyIndex
{
    const int Free = -1;
    const int Removed = -2;

    ulong[] _hashes = new ulong[16];
    int[] _slots = NewSlots(16);
    int _occupied;

    /// <summary>How many keys.</summary>
    public int Count { get; private set; }

    /// <summary>A hash of a key that is the same in every process.</summary>
    public static ulong Hash(ReadOnlySpan<byte> key)
    {
        unchecked
        {
            // FNV-1a over 8-byte words with a final mix: short keys, no allocation, stable.
            var hash = 0xCBF2_9CE4_8422_2325UL ^ (ulong)key.Length;
            while (key.Length >= 8)
            {
                hash = BitOperations.RotateLeft((hash ^ BitConverter.ToUInt64(key)) * 0x9E37_79B9_7F4A_7C15UL, 29);
                key = key[8..];
            }
            foreach (var part in key)
                hash = (hash ^ part) * 0x0000_0100_0000_01B3UL;
            hash ^= hash >> 32;
            hash *= 0xD6E8_FEB8_6659_FD93UL;
            return hash ^ (hash >> 32);
        }
    }

    /// <summary>The next slot of a hash after place <paramref name="place"/> (start with -1); false when there is
    /// none.</summary>
    public bool TryNext(ulong hash, ref int place, out int slot)
    {
        var mask = _slots.Length - 1;
        place = place < 0 ? (int)(hash & (uint)mask) : (place + 1) & mask;
        while (_slots[place] != Free)
        {
            if (_slots[place] >= 0 && _hashes[place] == hash)
            {
                slot = _slots[place];
                return true;
            }
            place = (place + 1) & mask;
        }
        slot = -1;
        return false;
    }

    /// <summary>Adds a slot under a hash; the caller has made sure that its key is not there.</summary>
    public void Add(ulong hash, int slot)
    {
        if (_occupied >= _slots.Length / 4 * 3)
            Grow();
        var mask = _slots.Length - 1;
        var place = (int)(hash & (uint)mask);
        while (_slots[place] >= 0)
            place = (place + 1) & mask;
        if (_slots[place] == Free)
            _occupied++;
        _slots[place] = slot;
        _hashes[place] = hash;
        Count++;
    }

    /// <summary>Removes the entry at a place that <see cref="TryNext"/> returned.</summary>
    public void RemoveAt(int place)
    {
        _slots[place] = Removed;
        Count--;
    }

    void Grow()
    {
        var (hashes, slots) = (_hashes, _slots);
        var size = Count >= slots.Length / 2 ? slots.Length * 2 : slots.Length;
        _hashes = new ulong[size];
        _slots = NewSlots(size);
        _occupied = 0;
        Count = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] >= 0)
                Add(hashes[i], slots[i]);
        }
    }

    static int[] NewSlots(int size)
    {
        var slots = new int[size];
        Array.Fill(slots, Free);
        return slots;
    }
}
