namespace Tapline.Lakehouse.Tests.Parquet;

/// <summary>Reads Parquet's encodings back one bit after the other, as the specification words them.</summary>
ref struct BitByBitReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    int _at;

    public readonly bool IsAtEnd => _at == _bytes.Length;

    public static int[] Hybrid(ReadOnlySpan<byte> bytes, int width, int count)
    {
        var reader = new BitByBitReader(bytes);
        var values = new List<int>();
        while (!reader.IsAtEnd)
        {
            var header = reader.Varint();
            if ((header & 1) == 0)
                values.AddRange(Enumerable.Repeat((int)reader.Packed(1, (width + 7) / 8 * 8)[0], (int)(header >> 1)));
            else
                values.AddRange(reader.Packed((int)(header >> 1) * 8, width).Select(static value => (int)value));
        }
        Assert.InRange(values.Count, count, count + 7);
        Assert.All(values.Skip(count), static padding => Assert.Equal(0, padding));
        return [.. values.Take(count)];
    }

    public static long[] Deltas(ReadOnlySpan<byte> bytes, bool is32Bit)
    {
        var reader = new BitByBitReader(bytes);
        var block = (int)reader.Varint();
        var miniblocks = (int)reader.Varint();
        Assert.Equal(0, block % 128);
        Assert.Equal(0, block / miniblocks % 32);
        var count = (int)reader.Varint();
        var values = new List<long> { reader.Zigzag() };
        while (values.Count < count)
        {
            var smallest = reader.Zigzag();
            var widths = reader._bytes.Slice(reader._at, miniblocks).ToArray();
            reader._at += miniblocks;
            foreach (var width in widths)
            {
                if (values.Count >= count)
                {
                    Assert.Equal(0, width);
                    continue;
                }
                Assert.InRange(width, 0, is32Bit ? 32 : 64);
                foreach (var excess in reader.Packed(block / miniblocks, width))
                {
                    if (values.Count == count)
                        continue;
                    var next = unchecked(values[^1] + smallest + (long)excess);
                    values.Add(is32Bit ? unchecked((int)next) : next);
                }
            }
        }
        Assert.True(reader.IsAtEnd);
        return [.. values.Take(count)];
    }

    ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
    }

    long Zigzag()
    {
        var value = Varint();
        return unchecked((long)(value >> 1) ^ -(long)(value & 1));
    }

    ulong[] Packed(int count, int width)
    {
        var values = new ulong[count];
        for (var bit = 0; bit < count * width; bit++)
        {
            if ((_bytes[_at + bit / 8] >> (bit % 8) & 1) != 0)
                values[bit / width] |= 1UL << (bit % width);
        }
        _at += (count * width + 7) / 8;
        return values;
    }
}
