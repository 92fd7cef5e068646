using System.Buffers.Binary;
using System.Numerics;

namespace Tapline.Kafka.Protocol;

/// <summary>CRC-32C (Castagnoli), the checksum of record batches; one processor instruction for eight bytes where the
/// processor has it.</summary>
static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var next in data)
            crc = BitOperations.Crc32C(crc, next);
        return ~crc;
    }
}
