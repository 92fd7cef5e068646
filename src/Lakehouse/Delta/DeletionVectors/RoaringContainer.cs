using System.Buffers.Binary;
using System.Numerics;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>A set of 16-bit numbers: one chunk of a <see cref="RoaringBitmap"/>. Never changes and never is
/// empty.</summary>
abstract class RoaringContainer
{
    /// <summary>Numbers that a container may hold.</summary>
    public const int ValueCount = 1 << 16;

    /// <summary>Numbers up to which a list is smaller than a bit for each possible number.</summary>
    public const int ListCountMax = 4096;

    /// <summary>How many numbers it holds, 1 to 65,536.</summary>
    public abstract int Count { get; }

    /// <summary>The greatest number.</summary>
    public abstract ushort Max { get; }

    /// <summary>Bytes when stored.</summary>
    public abstract int StoredBytes { get; }

    /// <summary>Whether a number is in the set.</summary>
    public abstract bool Contains(ushort value);

    /// <summary>Sets the bit of each number; <paramref name="words"/> has 1,024.</summary>
    public abstract void SetBits(Span<ulong> words);

    /// <summary>Writes <see cref="StoredBytes"/> bytes.</summary>
    public abstract void Store(Span<byte> target);

    /// <summary>The smallest container that holds the numbers whose bits are set; null for none.</summary>
    public static RoaringContainer? Of(ReadOnlySpan<ulong> words)
    {
        var count = 0;
        var runs = 0;
        var carry = 0UL;
        foreach (var word in words)
        {
            count += BitOperations.PopCount(word);
            // A run starts at each bit whose lower neighbour is not set.
            runs += BitOperations.PopCount(word & ~((word << 1) | carry));
            carry = word >> 63;
        }
        if (count == 0)
            return null;
        var plain = count <= ListCountMax ? 2 * count : RoaringBits.Bytes;
        if (RoaringRuns.BytesOf(runs) < plain)
            return RoaringRuns.FromBits(words, runs);
        return count <= ListCountMax ? RoaringList.FromBits(words, count) : new RoaringBits(words.ToArray(), count);
    }
}

/// <summary>Few numbers: a sorted list.</summary>
sealed class RoaringList(ushort[] values) : RoaringContainer
{
    public override int Count => values.Length;

    public override ushort Max => values[^1];

    public override int StoredBytes => 2 * values.Length;

    public override bool Contains(ushort value) => values.AsSpan().BinarySearch(value) >= 0;

    public override void SetBits(Span<ulong> words)
    {
        foreach (var value in values)
            words[value >> 6] |= 1UL << (value & 63);
    }

    public override void Store(Span<byte> target)
    {
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(target[(2 * i)..], values[i]);
    }

    public static RoaringList FromBits(ReadOnlySpan<ulong> words, int count)
    {
        var values = new ushort[count];
        var next = 0;
        for (var i = 0; i < words.Length; i++)
        {
            for (var word = words[i]; word != 0; word &= word - 1)
                values[next++] = (ushort)((i << 6) | BitOperations.TrailingZeroCount(word));
        }
        return new RoaringList(values);
    }
}

/// <summary>Many numbers: a bit for each possible one.</summary>
sealed class RoaringBits(ulong[] words, int count) : RoaringContainer
{
    public const int Words = ValueCount / 64;
    public const int Bytes = Words * sizeof(ulong);

    public override int Count => count;

    public override ushort Max
    {
        get
        {
            var last = words.AsSpan().LastIndexOfAnyExcept(0UL);
            return (ushort)((last << 6) | (63 - BitOperations.LeadingZeroCount(words[last])));
        }
    }

    public override int StoredBytes => Bytes;

    public override bool Contains(ushort value) => (words[value >> 6] >> (value & 63) & 1) != 0;

    public override void SetBits(Span<ulong> target)
    {
        for (var i = 0; i < words.Length; i++)
            target[i] |= words[i];
    }

    public override void Store(Span<byte> target)
    {
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(target[(8 * i)..], words[i]);
    }
}

/// <summary>Numbers in unbroken rows: first and last of each.</summary>
sealed class RoaringRuns : RoaringContainer
{
    readonly ushort[] _firsts;
    readonly ushort[] _lasts;

    /// <summary>Takes runs in ascending order that neither meet nor touch.</summary>
    public RoaringRuns(ushort[] firsts, ushort[] lasts)
    {
        _firsts = firsts;
        _lasts = lasts;
        for (var i = 0; i < firsts.Length; i++)
            Count += lasts[i] - firsts[i] + 1;
    }

    public override int Count { get; }

    public override ushort Max => _lasts[^1];

    public override int StoredBytes => BytesOf(_firsts.Length);

    public static int BytesOf(int runs) => 2 + (4 * runs);

    public override bool Contains(ushort value)
    {
        var at = _firsts.AsSpan().BinarySearch(value);
        return at >= 0 || (~at > 0 && value <= _lasts[~at - 1]);
    }

    public override void SetBits(Span<ulong> words)
    {
        for (var i = 0; i < _firsts.Length; i++)
            SetBits(words, _firsts[i], _lasts[i]);
    }

    public override void Store(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, checked((ushort)_firsts.Length));
        for (var i = 0; i < _firsts.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(target[(2 + (4 * i))..], _firsts[i]);
            BinaryPrimitives.WriteUInt16LittleEndian(target[(4 + (4 * i))..], (ushort)(_lasts[i] - _firsts[i]));
        }
    }

    public static RoaringRuns FromBits(ReadOnlySpan<ulong> words, int runs)
    {
        var firsts = new ushort[runs];
        var lasts = new ushort[runs];
        var next = 0;
        for (var value = NextBit(words, 0, isSet: true); value < ValueCount; value = NextBit(words, value, isSet: true))
        {
            firsts[next] = (ushort)value;
            value = NextBit(words, value, isSet: false);
            lasts[next++] = (ushort)(value - 1);
        }
        return new RoaringRuns(firsts, lasts);
    }

    /// <summary>Sets the bits of all numbers from first to last.</summary>
    public static void SetBits(Span<ulong> words, int first, int last)
    {
        var from = first >> 6;
        var to = last >> 6;
        var head = ulong.MaxValue << (first & 63);
        var tail = ulong.MaxValue >> (63 - (last & 63));
        if (from == to)
        {
            words[from] |= head & tail;
            return;
        }
        words[from] |= head;
        words[(from + 1)..to].Fill(ulong.MaxValue);
        words[to] |= tail;
    }

    /// <summary>The first number from <paramref name="start"/> on whose bit is as wanted; 65,536 for none.</summary>
    static int NextBit(ReadOnlySpan<ulong> words, int start, bool isSet)
    {
        for (var i = start >> 6; i < words.Length; i++)
        {
            var word = isSet ? words[i] : ~words[i];
            if (i == start >> 6)
                word &= ulong.MaxValue << (start & 63);
            if (word != 0)
                return (i << 6) | BitOperations.TrailingZeroCount(word);
        }
        return ValueCount;
    }
}
