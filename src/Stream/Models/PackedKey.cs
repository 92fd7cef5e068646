using System.Buffers.Binary;
using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>The canonical bytes (<see cref="RowKey"/>) of some columns of packed rows.</summary>
sealed class PackedKey
{
    readonly ImmutableArray<ColumnSchema> _columns;
    readonly ImmutableArray<int> _places;
    readonly (int Start, int Length)[] _values;
    readonly int _last;
    byte[] _buffer = new byte[64];

    /// <summary>A reader of the columns at some places of a layout; -1 for a column that the rows have not: it is
    /// null.</summary>
    public PackedKey(ImmutableArray<ColumnSchema> layout, ImmutableArray<int> places)
    {
        (_columns, _places) = (layout, places);
        _last = places.DefaultIfEmpty(-1).Max();
        _values = new (int, int)[_last + 1];
    }

    /// <summary>The key, valid until the next call; empty when one of its columns is null: such a key equals no
    /// other.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> packed)
    {
        var content = RowCodec.Columns(packed, out var count);
        Locate(content, Math.Min(count, _last + 1));
        var needed = _places.Length * (1 + sizeof(long));
        foreach (var place in _places)
        {
            if (place < 0 || place >= count || _values[place].Length < 0)
                return default;
            needed += sizeof(int) + _values[place].Length;
        }
        if (_buffer.Length < needed)
            _buffer = new byte[needed * 2];
        var at = 0;
        foreach (var place in _places)
        {
            var (start, length) = _values[place];
            at += Write(_columns[place], content.Slice(start, length), _buffer.AsSpan(at));
        }
        return _buffer.AsSpan(0, at);
    }

    void Locate(ReadOnlySpan<byte> content, int count)
    {
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            if (content[at++] == 0)
            {
                _values[i] = (at, -1);
                continue;
            }
            var width = ColumnBuffer.WidthOf(_columns[i].Type, _columns[i].Precision);
            if (width == 0)
            {
                width = BinaryPrimitives.ReadInt32LittleEndian(content[at..]);
                at += sizeof(int);
            }
            _values[i] = (at, width);
            at += width;
        }
    }

    static int Write(ColumnSchema column, ReadOnlySpan<byte> value, Span<byte> target)
    {
        target[0] = 1;
        target = target[1..];
        if (TypeWidening.IsInteger(column.Type))
        {
            var number = value.Length == sizeof(long)
                ? BinaryPrimitives.ReadInt64LittleEndian(value)
                : BinaryPrimitives.ReadInt32LittleEndian(value);
            BinaryPrimitives.WriteInt64LittleEndian(target, number);
            return 1 + sizeof(long);
        }
        var lengthBytes = column.Type is ColumnType.String or ColumnType.Binary ? sizeof(int) : 0;
        if (lengthBytes > 0)
            BinaryPrimitives.WriteInt32LittleEndian(target, value.Length);
        value.CopyTo(target[lengthBytes..]);
        return 1 + lengthBytes + value.Length;
    }
}
