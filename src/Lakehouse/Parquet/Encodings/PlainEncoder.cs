using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tapline.Lakehouse.Parquet.Schema;

namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>PLAIN: values one after the other, numbers in little-endian order, bytes behind their length.
/// https://github.com/apache/parquet-format/blob/master/Encodings.md#plain-plain--0</summary>
static class PlainEncoder
{
    /// <summary>Writes numbers of 4 or 8 bytes.</summary>
    public static void Encode<T>(ReadOnlySpan<T> values, ByteBuffer output)
        where T : unmanaged =>
        output.Write(MemoryMarshal.AsBytes(values)); // Only little-endian machines are supported.

    /// <summary>Writes Booleans (bytes of 0 or 1), eight a byte.</summary>
    public static void EncodeBooleans(ReadOnlySpan<byte> values, ByteBuffer output)
    {
        var size = (values.Length + 7) / 8;
        var room = output.Reserve(size)[..size];
        room.Clear();
        for (var i = 0; i < values.Length; i++)
            room[i >> 3] |= (byte)(values[i] << (i & 7));
        output.Advance(size);
    }

    /// <summary>Writes unscaled decimals in the given number of bytes, big-endian two's complement.</summary>
    public static void EncodeDecimals(ReadOnlySpan<Int128> values, int width, ByteBuffer output)
    {
        var room = output.Reserve(values.Length * width);
        Span<byte> whole = stackalloc byte[16];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt128BigEndian(whole, value);
            whole[(16 - width)..].CopyTo(room);
            room = room[width..];
        }
        output.Advance(values.Length * width);
    }

    /// <summary>Writes strings; value n is at offset [n] to [n+1] of <paramref name="bytes"/>.</summary>
    public static void EncodeBytes(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> offsets, ByteBuffer output)
    {
        var size = checked(offsets[^1] - offsets[0] + 4 * (offsets.Length - 1));
        var room = output.Reserve(size);
        var at = 0;
        for (var i = 0; i < offsets.Length - 1; i++)
        {
            var length = offsets[i + 1] - offsets[i];
            BinaryPrimitives.WriteInt32LittleEndian(room[at..], length);
            bytes.Slice(offsets[i], length).CopyTo(room[(at + 4)..]);
            at += 4 + length;
        }
        output.Advance(size);
    }
}
