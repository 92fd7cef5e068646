using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>Numbers the distinct strings of a column in the order in which they first occur. Keeps where they lie in the
/// column, not the strings. A slot holds 32 bits of hash beside the code, so that few comparisons go to the bytes.</summary>
sealed class BytesDictionary
{
    const int SlotsMin = 1024;

    // The hash in the upper half, code + 1 in the lower one; 0 is free.
    ulong[] _slots = new ulong[SlotsMin];
    int[] _starts = [];
    int[] _lengths = [];
    int _mask;

    /// <summary>Distinct strings.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes together.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Where the string of a code lies in the column's bytes.</summary>
    public (int Start, int Length) Entry(int code) => (_starts[code], _lengths[code]);

    /// <summary>Gives each string its code; value n is at offset [n] to [n+1]. False when a dictionary does not pay.</summary>
    public bool TryEncode(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<int> offsets, Span<int> codes, DictionaryBudget budget, long bytesMax)
    {
        _mask = SlotsMin - 1;
        Array.Clear(_slots, 0, SlotsMin);
        Count = 0;
        ByteCount = 0;
        var count = offsets.Length - 1;
        var sample = Math.Min(count, DictionaryBudget.SampleCount);
        var probes = budget.ProbesMax;
        if (!TryEncode(bytes, offsets[..(sample + 1)], codes, budget.DistinctMax, bytesMax, ref probes))
            return false;
        if (sample == DictionaryBudget.SampleCount && budget.IsHopeless(Count))
            return false;
        return TryEncode(bytes, offsets[sample..], codes[sample..], budget.DistinctMax, bytesMax, ref probes);
    }

    bool TryEncode(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<int> offsets, Span<int> codes, int distinctMax, long bytesMax, ref long probes)
    {
        ref var origin = ref MemoryMarshal.GetReference(bytes);
        for (var i = 0; i < offsets.Length - 1; i++)
        {
            var start = offsets[i];
            var length = offsets[i + 1] - start;
            var hash = Mixing.Hash(ref Unsafe.Add(ref origin, start), length);
            var at = (int)(hash & (uint)_mask);
            while (true)
            {
                var slot = _slots[at];
                if (slot == 0)
                {
                    if (Count == distinctMax || ByteCount + length > bytesMax || probes < 0)
                        return false;
                    codes[i] = Add(hash, start, length, at);
                    break;
                }
                if ((uint)(slot >> 32) == hash)
                {
                    var code = (int)(slot & uint.MaxValue) - 1;
                    if (_lengths[code] == length
                        && bytes.Slice(start, length).SequenceEqual(bytes.Slice(_starts[code], length)))
                    {
                        codes[i] = code;
                        break;
                    }
                }
                at = (at + 1) & _mask;
                probes--;
            }
        }
        return true;
    }

    int Add(uint hash, int start, int length, int at)
    {
        if (_starts.Length == Count)
        {
            Array.Resize(ref _starts, Math.Max(SlotsMin / 2, Count * 2));
            Array.Resize(ref _lengths, _starts.Length);
        }
        var code = Count++;
        ByteCount += length;
        _starts[code] = start;
        _lengths[code] = length;
        _slots[at] = (ulong)hash << 32 | (uint)(code + 1);
        if (Count > _mask >> 1)
            Rehash();
        return code;
    }

    void Rehash()
    {
        var old = _slots.AsSpan(0, _mask + 1);
        var length = old.Length * 4;
        var grown = new ulong[length];
        _mask = length - 1;
        foreach (var slot in old)
        {
            if (slot == 0)
                continue;
            var at = (int)((slot >> 32) & (uint)_mask);
            while (grown[at] != 0)
                at = (at + 1) & _mask;
            grown[at] = slot;
        }
        _slots = grown;
    }
}
