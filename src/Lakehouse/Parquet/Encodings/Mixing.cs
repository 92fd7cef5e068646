using System.Runtime.CompilerServices;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>Hashes for the dictionaries: a 64 × 64 bit product folded onto itself. Not against an adversary; the
/// dictionaries give up when values collide too often.</summary>
static class Mixing
{
    public const ulong First = 0x9E37_79B9_7F4A_7C15;
    public const ulong Second = 0xD1B5_4A32_D192_ED03;

    public static uint Hash(ulong value) => (uint)(Fold(value ^ First, Second) & uint.MaxValue);

    public static uint Hash(Int128 value) => unchecked(
        (uint)Fold((ulong)value ^ First, Fold((ulong)(value >> 64) ^ Second, First)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
