using System.Buffers.Binary;
using System.Numerics;

namespace Tapline.Kafka.Client.Records;

/// <summary>XXH32 with seed 0, by which LZ4 frames check their headers and contents.</summary>
/// <remarks>https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md</remarks>
static class XxHash32
{
    const uint Prime1 = 0x9E3779B1;
    const uint Prime2 = 0x85EBCA77;
    const uint Prime3 = 0xC2B2AE3D;
    const uint Prime4 = 0x27D4EB2F;
    const uint Prime5 = 0x165667B1;
    const int StripeBytes = 16;

    public static uint Hash(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var rest = bytes;
            var hash = (rest.Length >= StripeBytes ? Stripes(ref rest) : Prime5) + (uint)bytes.Length;
            for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
            {
                hash += BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime3;
                hash = BitOperations.RotateLeft(hash, 17) * Prime4;
            }
            foreach (var last in rest)
                hash = BitOperations.RotateLeft(hash + last * Prime5, 11) * Prime1;
            hash = (hash ^ hash >> 15) * Prime2;
            hash = (hash ^ hash >> 13) * Prime3;
            return hash ^ hash >> 16;
        }
    }

    static uint Stripes(ref ReadOnlySpan<byte> rest)
    {
        unchecked
        {
            var lane1 = Prime1 + Prime2;
            var lane2 = Prime2;
            var lane3 = 0u;
            var lane4 = 0u - Prime1;
            for (; rest.Length >= StripeBytes; rest = rest[StripeBytes..])
            {
                lane1 = Round(lane1, BinaryPrimitives.ReadUInt32LittleEndian(rest));
                lane2 = Round(lane2, BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]));
                lane3 = Round(lane3, BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
                lane4 = Round(lane4, BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]));
            }
            return BitOperations.RotateLeft(lane1, 1) + BitOperations.RotateLeft(lane2, 7)
                + BitOperations.RotateLeft(lane3, 12) + BitOperations.RotateLeft(lane4, 18);
        }
    }

    static uint Round(uint lane, uint word) =>
        unchecked(BitOperations.RotateLeft(lane + word * Prime2, 13) * Prime1);
}
