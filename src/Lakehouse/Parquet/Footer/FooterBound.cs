using System.Buffers.Binary;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet.Footer;

/// <summary>A min or max as the footer spells it: the value in PLAIN, without a length; long strings are cut to
/// something that still bounds them.
/// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (Statistics)</summary>
readonly record struct FooterBound(ReadOnlyMemory<byte> Bytes, bool IsExact)
{
    /// <summary>The bound; null when no string of at most <paramref name="bytesMax"/> bytes is above the
    /// value.</summary>
    public static FooterBound? Of(PhysicalColumn column, in StatisticsValue value, bool isMax, int bytesMax)
    {
        if (column.Physical == PhysicalType.ByteArray)
        {
            var isText = column.Type == ColumnType.String;
            if (value.Bytes.Length <= bytesMax)
                return new FooterBound(value.Bytes, IsExact: true);
            var prefix = value.Bytes[..(isText ? WholeCharacters(value.Bytes.Span, bytesMax) : bytesMax)];
            if (!isMax)
                return new FooterBound(prefix, IsExact: false);
            var above = isText ? TextAbove(prefix.Span) : BytesAbove(prefix.Span);
            return above is null ? null : new FooterBound(above, IsExact: false);
        }
        return new FooterBound(Plain(column, value), IsExact: true);
    }

    static byte[] Plain(PhysicalColumn column, in StatisticsValue value)
    {
        var bytes = new byte[16];
        switch (column.Physical)
        {
            case PhysicalType.Boolean:
                bytes[0] = (byte)value.Integer;
                return bytes[..1];
            case PhysicalType.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value.Integer);
                return bytes[..4];
            case PhysicalType.Int64:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)value.Integer);
                return bytes[..8];
            case PhysicalType.Float:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value.Number);
                return bytes[..4];
            case PhysicalType.Double:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value.Number);
                return bytes[..8];
            default:
                BinaryPrimitives.WriteInt128BigEndian(bytes, value.Integer);
                return bytes[(16 - column.FixedLength)..];
        }
    }

    // The longest prefix that ends between characters. Text that is not UTF-8 is cut at the limit.
    static int WholeCharacters(ReadOnlySpan<byte> text, int bytesMax)
    {
        for (var length = bytesMax; length > bytesMax - 4; length--)
        {
            if ((text[length] & 0xC0) != 0x80)
                return length;
        }
        return bytesMax;
    }

    // The prefix with its last character that has a successor of the same length replaced by that.
    static byte[]? TextAbove(ReadOnlySpan<byte> prefix)
    {
        while (!prefix.IsEmpty)
        {
            if (Rune.DecodeLastFromUtf8(prefix, out var last, out var length) != System.Buffers.OperationStatus.Done)
                return null;
            var start = prefix.Length - length;
            if (Rune.TryCreate(last.Value + 1, out var next) && next.Utf8SequenceLength == length)
            {
                var above = prefix.ToArray();
                next.EncodeToUtf8(above.AsSpan(start));
                return above;
            }
            prefix = prefix[..start];
        }
        return null;
    }

    static byte[]? BytesAbove(ReadOnlySpan<byte> prefix)
    {
        var last = prefix.LastIndexOfAnyExcept((byte)0xFF);
        if (last < 0)
            return null;
        var above = prefix[..(last + 1)].ToArray();
        above[last]++;
        return above;
    }
}
