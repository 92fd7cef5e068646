using System.Buffers.Binary;

namespace Tapline.Lakehouse.Parquet.Statistics;

/// <summary>Finds the first and the last of strings in the order of their unsigned bytes. Most are told apart by their
/// first eight bytes, as one number.</summary>
ref struct BytesBounds(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    ulong _minHead = ulong.MaxValue;
    ulong _maxHead;
    bool _any;

    public ReadOnlySpan<byte> Min { get; private set; }

    public ReadOnlySpan<byte> Max { get; private set; }

    public void Include(int start, int length)
    {
        var head = Head(start, length);
        if (head > _minHead && head < _maxHead)
            return;
        var value = _bytes.Slice(start, length);
        if (!_any || value.SequenceCompareTo(Min) < 0)
        {
            Min = value;
            _minHead = head;
        }
        if (!_any || value.SequenceCompareTo(Max) > 0)
        {
            Max = value;
            _maxHead = head;
        }
        _any = true;
    }

    // Zeros stand for what a short string lacks: the order of two different heads is then that of the strings.
    readonly ulong Head(int start, int length)
    {
        if (_bytes.Length - start >= 8)
        {
            var head = BinaryPrimitives.ReadUInt64BigEndian(_bytes[start..]);
            return length >= 8 ? head : length == 0 ? 0 : head & (ulong.MaxValue << (64 - 8 * length));
        }
        ulong packed = 0;
        for (var i = 0; i < length; i++)
            packed |= (ulong)_bytes[start + i] << (56 - 8 * i);
        return packed;
    }
}
