using System.Runtime.CompilerServices;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>Hashes for the dictionaries: a 64 × 64 bit product folded onto itself. Not against an adversary; the dictionaries
/// give up when values collide too often.</summary>
static class Mixing
{
    const ulong First = 0x9E37_79B9_7F4A_7C15;
    const ulong Second = 0xD1B5_4A32_D192_ED03;

    public static uint Hash(ulong value) => (uint)(Fold(value ^ First, Second) & uint.MaxValue);

    public static uint Hash(Int128 value) => unchecked(
        (uint)Fold((ulong)value ^ First, Fold((ulong)(value >> 64) ^ Second, First)));

    /// <summary>Hashes bytes from <paramref name="start"/>; never reads outside them.</summary>
    public static uint Hash(ref byte start, int length)
    {
        var hash = (ulong)(uint)length ^ First;
        if (length >= 8)
        {
            var at = 0;
            for (; at < length - 8; at += 8)
                hash = Fold(hash ^ Read64(ref start, at), Second);
            hash = Fold(hash ^ Read64(ref start, length - 8), Second);
        }
        else if (length >= 4)
        {
            hash = Fold(hash ^ (Read32(ref start, 0) | Read32(ref start, length - 4) << 32), Second);
        }
        else if (length > 0)
        {
            ulong three = start;
            three |= (ulong)Unsafe.Add(ref start, length >> 1) << 8;
            three |= (ulong)Unsafe.Add(ref start, length - 1) << 16;
            hash = Fold(hash ^ three, Second);
        }
        return (uint)((hash ^ hash >> 32) & uint.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }

    static ulong Read64(ref byte start, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at));

    static ulong Read32(ref byte start, int at) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, at));
}
