using System.Buffers.Binary;

namespace Tapline.Contracts.Log;

/// <summary>The hash by which Kafka's Java clients, and so Debezium, choose a partition from a key.</summary>
/// <remarks>MurmurHash2, 32 bit, by Austin Appleby, with Kafka's seed.</remarks>
public static class Murmur2
{
    const uint Seed = 0x9747B28C;
    const uint Multiplier = 0x5BD1E995;
    const int Rotation = 24;

    /// <summary>The partition of a key in a topic with so many partitions.</summary>
    public static int Partition(ReadOnlySpan<byte> key, int partitions) => (Hash(key) & int.MaxValue) % partitions;

    /// <summary>The hash, signed as Java has it.</summary>
    public static int Hash(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var hash = Seed ^ (uint)bytes.Length;
            while (bytes.Length >= sizeof(uint))
            {
                hash = hash * Multiplier ^ Mixed(BinaryPrimitives.ReadUInt32LittleEndian(bytes));
                bytes = bytes[sizeof(uint)..];
            }
            if (bytes.Length > 0)
            {
                for (var i = bytes.Length - 1; i >= 0; i--)
                    hash ^= (uint)bytes[i] << (8 * i);
                hash *= Multiplier;
            }
            hash ^= hash >> 13;
            hash *= Multiplier;
            return (int)(hash ^ hash >> 15);
        }
    }

    static uint Mixed(uint word)
    {
        unchecked
        {
            word *= Multiplier;
            return (word ^ word >> Rotation) * Multiplier;
        }
    }
}
