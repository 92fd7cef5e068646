using System.Buffers.Binary;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Client.Records;

/// <summary>Snappy as Kafka clients write it: one raw block, or the framing of Java's snappy library. Throws
/// <see cref="CompressionException"/> on malformed input or more than the given size.</summary>
/// <remarks>https://github.com/xerial/snappy-java/blob/master/src/main/java/org/xerial/snappy/SnappyOutputStream.java:
/// 82 "SNAPPY" 00, version (4), lowest compatible version (4), blocks (length (4), raw snappy)*. Big-endian.</remarks>
static class SnappyFrame
{
    const int CompatibleVersion = 1;

    static ReadOnlySpan<byte> Magic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    /// <summary>Appends the content to the target and says how many bytes came out.</summary>
    public static int Decompress(ReadOnlySpan<byte> source, RecordBuffer target, int lengthMax)
    {
        if (!source.StartsWith(Magic))
            return Append(source, target, lengthMax);
        var rest = source[Magic.Length..];
        ReadInt32(ref rest);
        if (ReadInt32(ref rest) is var compatible && compatible > CompatibleVersion)
            throw new CompressionException($"snappy framing {compatible} where {CompatibleVersion} is known");
        var total = 0;
        while (!rest.IsEmpty)
        {
            var length = ReadInt32(ref rest);
            if (length < 0 || length > rest.Length)
                throw new CompressionException($"a snappy block of {length} bytes where {rest.Length} are left");
            total += Append(rest[..length], target, lengthMax - total);
            rest = rest[length..];
        }
        return total;
    }

    static int Append(ReadOnlySpan<byte> block, RecordBuffer target, int lengthMax)
    {
        var length = Snappy.DecompressedLength(block);
        if (length > lengthMax)
            throw new CompressionException($"snappy data of {length} bytes where {lengthMax} are the most");
        target.Advance(Snappy.Decompress(block, target.GetSpan(length)));
        return length;
    }

    static int ReadInt32(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < sizeof(int))
            throw new CompressionException("snappy framing ends inside a length");
        var value = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[sizeof(int)..];
        return value;
    }
}
