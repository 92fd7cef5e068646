using System.Buffers.Binary;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>How a set of row numbers is stored in a deletion vector: a magic number, then 32-bit bitmaps
/// (https://github.com/RoaringBitmap/RoaringFormatSpec).</summary>
public static class RoaringFormat
{
    /// <summary>The magic number of what is written today: each bitmap with its upper 32 bits.</summary>
    public const int PortableMagic = 1681511377;

    /// <summary>The magic number of older tables: bitmaps for the upper 32 bits 0, 1, 2 … with their sizes.</summary>
    public const int NativeMagic = 1681511376;

    const int CookiePlain = 12346;
    const int CookieRuns = 12347;
    // From so many chunks on, bitmaps with runs say where each chunk lies.
    const int OffsetsFrom = 4;

    /// <summary>The set as bytes with the portable magic number.</summary>
    public static byte[] ToPortable(RoaringBitmap set)
    {
        var bitmaps = Bitmaps(set);
        var bytes = new byte[4 + 8 + bitmaps.Sum(static bitmap => 4 + bitmap.StoredBytes)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, PortableMagic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(4), bitmaps.Count);
        var at = 12;
        foreach (var bitmap in bitmaps)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), bitmap.Upper);
            bitmap.Store(bytes.AsSpan(at + 4, bitmap.StoredBytes));
            at += 4 + bitmap.StoredBytes;
        }
        return bytes;
    }

    /// <summary>The set as bytes with the native magic number; for numbers that older readers of it hold in
    /// memory.</summary>
    public static byte[] ToNative(RoaringBitmap set)
    {
        var bitmaps = Bitmaps(set);
        var count = bitmaps.Count == 0 ? 0 : checked((int)bitmaps[^1].Upper + 1);
        var bytes = new List<byte>();
        Span<byte> number = stackalloc byte[4];
        Put(number, NativeMagic);
        Put(number, count);
        var empty = new Bitmap32(0, []);
        for (var upper = 0; upper < count; upper++)
        {
            var bitmap = bitmaps.Find(bitmap => bitmap.Upper == upper) ?? empty;
            var content = new byte[bitmap.StoredBytes];
            bitmap.Store(content);
            Put(number, content.Length);
            bytes.AddRange(content);
        }
        return [.. bytes];

        void Put(Span<byte> buffer, int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, value);
            bytes.AddRange(buffer);
        }
    }

    /// <summary>Reads either form. Throws <see cref="InvalidDataException"/> saying what was wanted and
    /// found.</summary>
    public static RoaringBitmap Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new RoaringReader(bytes);
        var magic = reader.Int32();
        var set = new RoaringBitmap();
        switch (magic)
        {
            case PortableMagic:
                ReadPortable(ref reader, set);
                break;
            case NativeMagic:
                ReadNative(ref reader, set);
                break;
            default:
                throw new InvalidDataException($"magic {PortableMagic} or {NativeMagic} wanted, {magic} found");
        }
        return reader.Left == 0
            ? set
            : throw new InvalidDataException($"the end wanted, {reader.Left} bytes more found");
    }

    static void ReadPortable(ref RoaringReader reader, RoaringBitmap set)
    {
        var count = NotNegative(reader.Int64());
        var before = -1L;
        for (var i = 0L; i < count; i++)
        {
            var upper = reader.UInt32();
            if (upper > int.MaxValue || upper <= before)
                throw new InvalidDataException($"upper bits above {before} wanted, {upper} found");
            before = upper;
            ReadBitmap(ref reader, upper, set);
        }
    }

    static void ReadNative(ref RoaringReader reader, RoaringBitmap set)
    {
        var count = NotNegative(reader.Int32());
        for (var upper = 0L; upper < count; upper++)
        {
            var size = reader.Int32();
            var left = reader.Left;
            ReadBitmap(ref reader, upper, set);
            if (left - reader.Left != size)
                throw new InvalidDataException($"a bitmap of {size} bytes wanted, {left - reader.Left} found");
        }
    }

    static long NotNegative(long count) => count >= 0
        ? count
        : throw new InvalidDataException($"a count of bitmaps wanted, {count} found");

    // cookie [bits of which chunks are runs] chunks*(key, count - 1) [offsets] contents
    static void ReadBitmap(ref RoaringReader reader, long upper, RoaringBitmap set)
    {
        var cookie = reader.UInt32();
        var hasRuns = (cookie & 0xFFFF) == CookieRuns;
        if (!hasRuns && cookie != CookiePlain)
            throw new InvalidDataException($"cookie {CookiePlain} or {CookieRuns} wanted, {cookie} found");
        var count = hasRuns ? (cookie >> 16) + 1 : reader.UInt32();
        if (count > RoaringContainer.ValueCount)
            throw new InvalidDataException($"at most {RoaringContainer.ValueCount} chunks wanted, {count} found");
        var isRun = hasRuns ? reader.Take(((int)count + 7) / 8) : default;
        var head = reader.Take(4 * (int)count);
        // Where the chunks lie, which is one after the other.
        if (!hasRuns || count >= OffsetsFrom)
            reader.Take(4 * (int)count);
        var before = -1;
        for (var i = 0; i < count; i++)
        {
            var key = BinaryPrimitives.ReadUInt16LittleEndian(head[(4 * i)..]);
            var values = BinaryPrimitives.ReadUInt16LittleEndian(head[((4 * i) + 2)..]) + 1;
            if (key <= before)
                throw new InvalidDataException($"a chunk above {before} wanted, {key} found");
            before = key;
            var isRuns = hasRuns && (isRun[i / 8] >> (i % 8) & 1) != 0;
            var container = isRuns ? reader.Runs()
                : values <= RoaringContainer.ListCountMax ? reader.List(values)
                : reader.Bits();
            if (container.Count != values)
                throw new InvalidDataException($"a chunk of {values} numbers wanted, of {container.Count} found");
            set.Append((upper << 16) | key, container);
        }
    }

    static List<Bitmap32> Bitmaps(RoaringBitmap set) =>
        [.. set.Chunks.GroupBy(static chunk => (uint)(chunk.Key >> 16)).Select(static group => new Bitmap32(
            group.Key, [.. group.Select(static chunk => ((ushort)(chunk.Key & 0xFFFF), chunk.Container))]))];

    /// <summary>The chunks with the same upper 32 bits, in the standard layout.</summary>
    sealed class Bitmap32(uint upper, (ushort Key, RoaringContainer Container)[] chunks)
    {
        readonly bool _hasRuns = chunks.Any(static chunk => chunk.Container is RoaringRuns);

        public uint Upper => upper;

        public int StoredBytes => HeadBytes + chunks.Sum(static chunk => chunk.Container.StoredBytes);

        bool HasOffsets => !_hasRuns || chunks.Length >= OffsetsFrom;

        int HeadBytes => (_hasRuns ? 4 + ((chunks.Length + 7) / 8) : 8) + ((HasOffsets ? 8 : 4) * chunks.Length);

        public void Store(Span<byte> target)
        {
            var at = StoreCookie(target);
            foreach (var (key, container) in chunks)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(target[at..], key);
                BinaryPrimitives.WriteUInt16LittleEndian(target[(at + 2)..], (ushort)(container.Count - 1));
                at += 4;
            }
            var content = HeadBytes;
            foreach (var (_, container) in chunks)
            {
                if (HasOffsets)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(target[at..], content);
                    at += 4;
                }
                container.Store(target.Slice(content, container.StoredBytes));
                content += container.StoredBytes;
            }
        }

        int StoreCookie(Span<byte> target)
        {
            if (!_hasRuns)
            {
                BinaryPrimitives.WriteInt32LittleEndian(target, CookiePlain);
                BinaryPrimitives.WriteInt32LittleEndian(target[4..], chunks.Length);
                return 8;
            }
            BinaryPrimitives.WriteUInt32LittleEndian(target, CookieRuns | ((uint)(chunks.Length - 1) << 16));
            for (var i = 0; i < chunks.Length; i++)
            {
                if (chunks[i].Container is RoaringRuns)
                    target[4 + (i / 8)] |= (byte)(1 << (i % 8));
            }
            return 4 + ((chunks.Length + 7) / 8);
        }
    }
}
