using System.Buffers.Binary;
using System.Numerics;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>Takes numbers and chunks from the front of bytes, refusing what cannot be.</summary>
ref struct RoaringReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    public readonly int Left => _rest.Length;

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new InvalidDataException($"{count} bytes wanted, {_rest.Length} left");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public RoaringContainer List(int count)
    {
        var content = Take(2 * count);
        var values = new ushort[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadUInt16LittleEndian(content[(2 * i)..]);
            if (i > 0 && values[i] <= values[i - 1])
                throw new InvalidDataException($"a number above {values[i - 1]} wanted, {values[i]} found");
        }
        return new RoaringList(values);
    }

    public RoaringContainer Bits()
    {
        var content = Take(RoaringBits.Bytes);
        var words = new ulong[RoaringBits.Words];
        var count = 0;
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(content[(8 * i)..]);
            count += BitOperations.PopCount(words[i]);
        }
        return new RoaringBits(words, count);
    }

    public RoaringContainer Runs()
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(Take(2));
        if (count == 0)
            throw new InvalidDataException("at least one run wanted, none found");
        var content = Take(4 * count);
        var firsts = new ushort[count];
        var lasts = new ushort[count];
        for (var i = 0; i < count; i++)
        {
            firsts[i] = BinaryPrimitives.ReadUInt16LittleEndian(content[(4 * i)..]);
            var last = firsts[i] + BinaryPrimitives.ReadUInt16LittleEndian(content[((4 * i) + 2)..]);
            // Runs that touch are unusual and harmless.
            if (last >= RoaringContainer.ValueCount || (i > 0 && firsts[i] <= lasts[i - 1]))
                throw new InvalidDataException($"runs in ascending order wanted, {firsts[i]} to {last} found");
            lasts[i] = (ushort)last;
        }
        return new RoaringRuns(firsts, lasts);
    }
}
