using System.Numerics;
using System.Text;

namespace Tapline.Streaming.Decoding;

/// <summary>Names as UTF-8, each with its number, found by their bytes without an allocation.</summary>
sealed class NameTable
{
    readonly byte[][] _names;
    readonly int[] _slots; // Open addressing, at most half full; a slot holds the name's number plus one, 0 is free.

    public NameTable(IEnumerable<string> names)
    {
        _names = [.. names.Select(Encoding.UTF8.GetBytes)];
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, _names.Length * 2))];
        for (var index = 0; index < _names.Length; index++)
        {
            var slot = SlotOf(_names[index]);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = index + 1;
        }
    }

    public int Count => _names.Length;

    public ReadOnlySpan<byte> this[int index] => _names[index];

    /// <summary>The name's number; -1 when it is none of these.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        var slot = SlotOf(name);
        while (_slots[slot] != 0)
        {
            var index = _slots[slot] - 1;
            if (name.SequenceEqual(_names[index]))
                return index;
            slot = (slot + 1) & (_slots.Length - 1);
        }
        return -1;
    }

    int SlotOf(ReadOnlySpan<byte> name)
    {
        var hash = (uint)name.Length;
        foreach (var unit in name)
            hash = unchecked((hash ^ unit) * 0x0100_0193);
        return (int)((hash ^ (hash >> 15)) & (uint)(_slots.Length - 1));
    }
}
