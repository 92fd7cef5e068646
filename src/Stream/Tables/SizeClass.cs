using System.Numerics;

namespace Tapline.Streaming.Tables;

/// <summary>Which files are about one size, in rows or bytes: only those are folded together, so that a row is written
/// again only a few times on its way to a file that stays.</summary>
static class SizeClass
{
    // Sizes of one class differ by less than a factor of eight.
    const int Doublings = 3;

    /// <summary>The class of a size; larger sizes have higher ones.</summary>
    public static int Of(long size) => BitOperations.Log2((ulong)size) / Doublings;
}
