using System.Buffers.Binary;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Client.Records;

/// <summary>LZ4's frame format, in which Kafka keeps lz4 batches. Throws <see cref="CompressionException"/> on anything
/// that is not one whole frame of at most the given size.</summary>
/// <remarks>https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md:
/// magic (4), FLG, BD, [content size (8)], HC, blocks (size (4), bytes, [checksum (4)])*, 0 (4), [checksum (4)].
/// Numbers are little-endian.</remarks>
static class Lz4Frame
{
    const uint Magic = 0x184D2204;
    const int Version = 0b01;
    const int BlockSizeCodeMin = 4;
    const int BlockSizeCode64K = 4;
    const uint StoredBit = 0x8000_0000;
    const int IndependentBit = 0x20;
    const int BlockChecksumBit = 0x10;
    const int ContentSizeBit = 0x08;
    const int ContentChecksumBit = 0x04;
    const int ReservedBits = 0x02;
    const int DictionaryBit = 0x01;

    /// <summary>The most bytes that a frame of so many bytes takes.</summary>
    public static int CompressBound(int length)
    {
        var blocks = length / BlockBytes(BlockSizeCode64K) + 1;
        return 7 + blocks * sizeof(uint) + length + sizeof(uint);
    }

    /// <summary>Writes a frame of independent 64 KiB blocks and says how many bytes it took.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        target[4] = Version << 6 | IndependentBit;
        target[5] = BlockSizeCode64K << 4;
        target[6] = HeaderCheck(target[4..6]);
        var at = 7;
        while (!source.IsEmpty)
        {
            var block = source[..Math.Min(source.Length, BlockBytes(BlockSizeCode64K))];
            source = source[block.Length..];
            var body = target[(at + sizeof(uint))..];
            // A block that does not shrink is stored as it is: the room for it makes the codec give up in time.
            var length = Lz4.Compress(block, body[..Math.Min(body.Length, block.Length - 1)]);
            var size = (uint)length;
            if (length == 0)
            {
                block.CopyTo(body);
                length = block.Length;
                size = (uint)length | StoredBit;
            }
            BinaryPrimitives.WriteUInt32LittleEndian(target[at..], size);
            at += sizeof(uint) + length;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(target[at..], 0);
        return at + sizeof(uint);
    }

    /// <summary>Appends a frame's content to the target and says how many bytes came out.</summary>
    public static int Decompress(ReadOnlySpan<byte> frame, RecordBuffer target, int lengthMax)
    {
        var rest = frame;
        var header = ReadHeader(ref rest);
        var start = target.Count;
        while (ReadUInt32(ref rest) is var size && size != 0)
        {
            var length = size & ~StoredBit;
            if (length > header.BlockBytesMax)
                throw Malformed($"a block of {length} bytes where {header.BlockBytesMax} are the most");
            var block = Take(ref rest, (int)length);
            if (header.HasBlockChecksums)
                Check(block, ReadUInt32(ref rest), "block");
            var room = Math.Min(header.BlockBytesMax, lengthMax - (target.Count - start));
            Append(block, (size & StoredBit) != 0, header.AreBlocksLinked, target, start, room);
        }
        var content = target.Written.Span[start..];
        if (header.HasContentChecksum)
            Check(content, ReadUInt32(ref rest), "content");
        if (header.ContentSize is { } declared && declared != (ulong)content.Length)
            throw Malformed($"{content.Length} bytes of content where {declared} are declared");
        if (!rest.IsEmpty)
            throw Malformed($"{rest.Length} bytes after the end");
        return content.Length;
    }

    static void Append(
        ReadOnlySpan<byte> block, bool isStored, bool isLinked, RecordBuffer target, int frameStart, int room)
    {
        if (isStored)
        {
            if (block.Length > room)
                throw Malformed($"more than {room} bytes more");
            block.CopyTo(target.GetSpan(block.Length));
            target.Advance(block.Length);
        }
        else if (isLinked)
        {
            var before = target.Count - frameStart;
            target.Advance(Lz4.DecompressLinked(block, target.From(frameStart, room), before));
        }
        else
        {
            target.Advance(Lz4.Decompress(block, target.GetSpan(room)[..room]));
        }
    }

    static FrameHeader ReadHeader(ref ReadOnlySpan<byte> rest)
    {
        if (ReadUInt32(ref rest) is var magic && magic != Magic)
            throw Malformed($"magic {magic:x8} where {Magic:x8} is wanted");
        var descriptor = rest;
        var flags = Take(ref rest, 1)[0];
        var blockSizeCode = Take(ref rest, 1)[0] >> 4;
        if (flags >> 6 != Version || (flags & (ReservedBits | DictionaryBit)) != 0)
            throw Malformed($"flags {flags:x2} ask for another version or a dictionary");
        if (blockSizeCode is < BlockSizeCodeMin or > 7)
            throw Malformed($"block size code {blockSizeCode} where 4 to 7 are known");
        ulong? contentSize = (flags & ContentSizeBit) != 0
            ? BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, sizeof(ulong)))
            : null;
        descriptor = descriptor[..^rest.Length];
        var check = Take(ref rest, 1)[0];
        if (check != HeaderCheck(descriptor))
            throw Malformed($"header check {check:x2} where {HeaderCheck(descriptor):x2} is wanted");
        return new FrameHeader(
            BlockBytes(blockSizeCode),
            AreBlocksLinked: (flags & IndependentBit) == 0,
            HasBlockChecksums: (flags & BlockChecksumBit) != 0,
            HasContentChecksum: (flags & ContentChecksumBit) != 0,
            contentSize);
    }

    static int BlockBytes(int code) => 1 << (8 + 2 * code);

    static byte HeaderCheck(ReadOnlySpan<byte> descriptor) => (byte)(XxHash32.Hash(descriptor) >> 8 & 0xFF);

    static void Check(ReadOnlySpan<byte> bytes, uint wanted, string what)
    {
        if (XxHash32.Hash(bytes) is var found && found != wanted)
            throw Malformed($"{what} checksum {found:x8} where {wanted:x8} is wanted");
    }

    static uint ReadUInt32(ref ReadOnlySpan<byte> rest) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, sizeof(uint)));

    static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        if (count > rest.Length)
            throw Malformed($"{count} bytes are wanted and {rest.Length} are left");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    static CompressionException Malformed(string found) => new($"not an lz4 frame that can be read: {found}");

    readonly record struct FrameHeader(
        int BlockBytesMax,
        bool AreBlocksLinked,
        bool HasBlockChecksums,
        bool HasContentChecksum,
        ulong? ContentSize);
}
