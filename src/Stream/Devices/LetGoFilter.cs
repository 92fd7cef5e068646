using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Devices;

/// <summary>Says of what memory has let go whether it may have been there: a Bloom filter of one size. A yes is for the
/// history to confirm; a no is certain.</summary>
sealed class LetGoFilter
{
    // 1 MiB: of a million names one in a hundred is taken for known.
    const int BitCount = 1 << 23;
    const int Probes = 5;

    readonly ulong[] _bits = new ulong[BitCount / 64];

    /// <summary>Adds what a device is known by.</summary>
    public void Add(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity)
    {
        var (bit, step) = Start(device, identity);
        for (var i = 0; i < Probes; i++, bit = unchecked(bit + step))
            _bits[(bit & (BitCount - 1)) >> 6] |= 1UL << (int)(bit & 63);
    }

    /// <summary>Whether it may have been added.</summary>
    public bool MayContain(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity)
    {
        var (bit, step) = Start(device, identity);
        for (var i = 0; i < Probes; i++, bit = unchecked(bit + step))
        {
            if ((_bits[(bit & (BitCount - 1)) >> 6] >> (int)(bit & 63) & 1) == 0)
                return false;
        }
        return true;
    }

    static (uint Bit, uint Step) Start(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity)
    {
        var hash = unchecked(KeyIndex.Hash(device) * 0x9E37_79B9_7F4A_7C15UL) ^ KeyIndex.Hash(identity);
        return (unchecked((uint)hash), (uint)(hash >> 32) | 1);
    }
}
