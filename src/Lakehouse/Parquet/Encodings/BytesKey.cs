using System.Runtime.CompilerServices;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>A string as a dictionary tells it from others: its first and last eight bytes, which are all of it up to
/// sixteen, its length, and where it lies in the column's bytes.</summary>
readonly record struct BytesKey(ulong Head, ulong Tail, int Start, int Length)
{
    /// <summary>The length up to which head and tail hold every byte.</summary>
    public const int InlineMax = 16;

    /// <summary>The key of bytes that lie at a place that the caller has checked; reads nothing outside them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BytesKey At(ref byte origin, int start, int length)
    {
        ref var first = ref Unsafe.Add(ref origin, start);
        if (length >= 8)
            return new BytesKey(Read64(ref first, 0), Read64(ref first, length - 8), start, length);
        if (length >= 4)
            return new BytesKey(Read32(ref first, 0) | Read32(ref first, length - 4) << 32, 0, start, length);
        ulong head = 0;
        if (length > 0)
        {
            head = first;
            head |= (ulong)Unsafe.Add(ref first, length >> 1) << 8;
            head |= (ulong)Unsafe.Add(ref first, length - 1) << 16;
        }
        return new BytesKey(head, 0, start, length);
    }

    /// <summary>32 bits that depend on every byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(ref byte origin)
    {
        var hash = Mixing.Fold(Head ^ Mixing.First ^ (uint)Length, Tail ^ Mixing.Second);
        ref var first = ref Unsafe.Add(ref origin, Start);
        for (var at = 8; at < Length - 8; at += 8)
            hash = Mixing.Fold(hash ^ Read64(ref first, at), Mixing.Second);
        return (uint)((hash ^ hash >> 32) & uint.MaxValue);
    }

    /// <summary>Whether both are the same string; <paramref name="bytes"/> are those of the column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSame(in BytesKey other, ReadOnlySpan<byte> bytes) =>
        Head == other.Head && Tail == other.Tail && Length == other.Length
        && (Length <= InlineMax || bytes.Slice(Start, Length).SequenceEqual(bytes.Slice(other.Start, Length)));

    static ulong Read64(ref byte first, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at));

    static ulong Read32(ref byte first, int at) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, at));
}
