using System.Runtime.InteropServices;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>Numbers the distinct strings of a column in the order in which they first occur. Keeps where they lie in
/// the column, not the strings. A slot holds 32 bits of hash beside the code, so that few comparisons go to the
/// entries.</summary>
sealed class BytesDictionary
{
    const int SlotsMin = 1024;

    // The hash in the upper half, code + 1 in the lower one; 0 is free.
    ulong[] _slots = new ulong[SlotsMin];
    ulong[] _spare = [];
    BytesKey[] _entries = [];
    int _mask;

    /// <summary>Distinct strings.</summary>
    public int Count { get; private set; }

    /// <summary>Their bytes together.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Where the distinct strings lie in the column's bytes, by code.</summary>
    public ReadOnlySpan<BytesKey> Entries => _entries.AsSpan(0, Count);

    /// <summary>Gives each string its code; value n is at offset [n] to [n+1]. False when a dictionary does not
    /// pay.</summary>
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
        ReadOnlySpan<byte> bytes,
        ReadOnlySpan<int> offsets,
        Span<int> codes,
        int distinctMax,
        long bytesMax,
        ref long probes)
    {
        codes = codes[..(offsets.Length - 1)];
        var start = offsets[0];
        // The keys read past bounds checks: the offsets ascend (a slice of a negative length throws) and end inside.
        ref var origin = ref MemoryMarshal.GetReference(bytes[..offsets[^1]]);
        for (var i = 0; i < codes.Length; i++)
        {
            var length = offsets[i + 1] - start;
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            var key = BytesKey.At(ref origin, start, length);
            start += length;
            var hash = key.Hash(ref origin);
            var at = (int)(hash & (uint)_mask);
            while (true)
            {
                var slot = _slots[at];
                if (slot == 0)
                {
                    if (Count == distinctMax || ByteCount + length > bytesMax || probes < 0)
                        return false;
                    codes[i] = Add(key, hash, at);
                    break;
                }
                if ((uint)(slot >> 32) == hash)
                {
                    var code = (int)(slot & uint.MaxValue) - 1;
                    if (key.IsSame(_entries[code], bytes))
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

    int Add(in BytesKey key, uint hash, int at)
    {
        if (_entries.Length == Count)
            Array.Resize(ref _entries, Math.Max(SlotsMin / 2, Count * 2));
        var code = Count++;
        ByteCount += key.Length;
        _entries[code] = key;
        _slots[at] = (ulong)hash << 32 | (uint)(code + 1);
        if (Count > _mask >> 1)
            Rehash();
        return code;
    }

    void Rehash()
    {
        var old = _slots.AsSpan(0, _mask + 1);
        var length = old.Length * 4;
        if (_spare.Length < length)
            _spare = new ulong[length];
        else
            Array.Clear(_spare, 0, length);
        _mask = length - 1;
        foreach (var slot in old)
        {
            if (slot == 0)
                continue;
            var at = (int)((slot >> 32) & (uint)_mask);
            while (_spare[at] != 0)
                at = (at + 1) & _mask;
            _spare[at] = slot;
        }
        (_slots, _spare) = (_spare, _slots);
    }
}
