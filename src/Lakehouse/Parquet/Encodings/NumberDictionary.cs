using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>Numbers the distinct values of a column in the order in which they first occur. Open addressing, linear
/// steps; grows from small so that few values stay in the nearest cache.</summary>
sealed class NumberDictionary<T>
    where T : unmanaged, IBinaryInteger<T>
{
    const int SlotsMin = 1024;

    readonly record struct Slot(T Value, int CodePlusOne);

    Slot[] _slots = new Slot[SlotsMin];
    T[] _entries = [];
    int _mask;

    /// <summary>Distinct values.</summary>
    public int Count { get; private set; }

    /// <summary>The distinct values, by code.</summary>
    public ReadOnlySpan<T> Entries => _entries.AsSpan(0, Count);

    /// <summary>Gives each value its code; false when a dictionary does not pay.</summary>
    public bool TryEncode(ReadOnlySpan<T> values, Span<int> codes, DictionaryBudget budget)
    {
        _mask = SlotsMin - 1;
        Array.Clear(_slots, 0, SlotsMin);
        Count = 0;
        var sample = Math.Min(values.Length, DictionaryBudget.SampleCount);
        var probes = budget.ProbesMax;
        if (!TryEncode(values[..sample], codes, budget.DistinctMax, ref probes))
            return false;
        if (sample == DictionaryBudget.SampleCount && budget.IsHopeless(Count))
            return false;
        return TryEncode(values[sample..], codes[sample..], budget.DistinctMax, ref probes);
    }

    bool TryEncode(ReadOnlySpan<T> values, Span<int> codes, int distinctMax, ref long probes)
    {
        codes = codes[..values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            var at = (int)(HashOf(value) & (uint)_mask);
            while (true)
            {
                ref var slot = ref _slots[at];
                if (slot.CodePlusOne == 0)
                {
                    if (Count == distinctMax || probes < 0)
                        return false;
                    codes[i] = Add(value, at);
                    break;
                }
                if (slot.Value == value)
                {
                    codes[i] = slot.CodePlusOne - 1;
                    break;
                }
                at = (at + 1) & _mask;
                probes--;
            }
        }
        return true;
    }

    int Add(T value, int at)
    {
        if (_entries.Length == Count)
            Array.Resize(ref _entries, Math.Max(SlotsMin / 2, Count * 2));
        var code = Count++;
        _entries[code] = value;
        _slots[at] = new Slot(value, code + 1);
        if (Count > _mask >> 1)
            Rehash();
        return code;
    }

    void Rehash()
    {
        var length = (_mask + 1) * 4;
        if (_slots.Length < length)
            _slots = new Slot[length];
        else
            Array.Clear(_slots, 0, length);
        _mask = length - 1;
        for (var code = 0; code < Count; code++)
        {
            var at = (int)(HashOf(_entries[code]) & (uint)_mask);
            while (_slots[at].CodePlusOne != 0)
                at = (at + 1) & _mask;
            _slots[at] = new Slot(_entries[code], code + 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint HashOf(T value) =>
        Unsafe.SizeOf<T>() == 16
            ? Mixing.Hash(Int128.CreateTruncating(value))
            : Mixing.Hash(ulong.CreateTruncating(value));
}
