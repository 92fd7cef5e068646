using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Eight characters in a word, the first one in the lowest byte, looked at as decimal digits all at once.
/// Carries between the bytes are part of it, so all arithmetic is unchecked.</summary>
static class DigitWord
{
    /// <summary>The eight bytes from here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(ref readonly byte at) =>
        BinaryPrimitives.ReadUInt64LittleEndian(MemoryMarshal.CreateReadOnlySpan(in at, sizeof(ulong)));

    /// <summary>How many digits the word starts with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count(ulong word)
    {
        // A digit is 0 to 9 after the exclusive or, and only more than that reaches the top bit. A carry goes to later
        // characters than the one that made it, which is no digit itself.
        var values = word ^ 0x3030_3030_3030_3030;
        var others = (unchecked(values + 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
        return BitOperations.TrailingZeroCount(others) >> 3;
    }

    /// <summary>The number that the first <paramref name="count"/> digits spell, 1 to 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Value(ulong word, int count)
    {
        unchecked
        {
            // What follows the digits is shifted out, and zeros come in before them. Then pairs, fours, all eight.
            var values = (word ^ 0x3030_3030_3030_3030) << (64 - 8 * count);
            values = (values * (10 * 0x100 + 1) >> 8) & 0x00FF_00FF_00FF_00FF;
            values = (values * (100 * 0x1_0000 + 1) >> 16) & 0x0000_FFFF_0000_FFFF;
            return (long)(values * (10_000 * 0x1_0000_0000 + 1) >> 32);
        }
    }
}
