using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>point as a struct of its coordinates and their well-known binary.</summary>
sealed class PointEncoder() : ValueEncoder(new ConnectType("struct")
{
    Name = "io.debezium.data.geometry.Point",
    Doc = "Geometry (POINT)",
    Parts = """
        "fields":[{"type":"double","optional":false,"field":"x"},{"type":"double","optional":false,"field":"y"},
        """
        + """{"type":"bytes","optional":true,"field":"wkb"},{"type":"int32","optional":true,"field":"srid"}]""",
})
{
    // (x,y)
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        var comma = text.IndexOf((byte)',');
        if (comma < 1 || !Utf8Parser.TryParse(text[1..comma], out double x, out _)
            || !Utf8Parser.TryParse(text[(comma + 1)..^1], out double y, out _))
        {
            throw new MalformedValueException("point", "two numbers", text.Length);
        }
        output.Append("{\"x\":"u8);
        output.AppendNumber(x);
        output.Append(",\"y\":"u8);
        output.AppendNumber(y);
        output.Append(",\"wkb\":"u8);
        Span<byte> wkb = stackalloc byte[21];
        wkb[0] = 1; // Little endian; the type that follows is a point.
        BinaryPrimitives.WriteInt32LittleEndian(wkb[1..], 1);
        BinaryPrimitives.WriteDoubleLittleEndian(wkb[5..], x);
        BinaryPrimitives.WriteDoubleLittleEndian(wkb[13..], y);
        output.AppendBase64(wkb);
        output.Append(",\"srid\":null}"u8);
    }
}

/// <summary>geometry and geography as a struct of their bytes, an SRID's mark in them, and the SRID.</summary>
sealed class GeometryEncoder(string name) : ValueEncoder(new ConnectType("struct")
{
    Name = $"io.debezium.data.geometry.{name}",
    Doc = name,
    Parts = """
        "fields":[{"type":"bytes","optional":false,"field":"wkb"},{"type":"int32","optional":true,"field":"srid"}]
        """,
})
{
    const uint HasSrid = 0x2000_0000;
    const int HeaderLength = 5;

    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(text.Length / 2, 1));
        try
        {
            if (Convert.FromHexString(text, bytes, out _, out var written) != OperationStatus.Done
                || written < HeaderLength)
            {
                throw new MalformedValueException("geometry", "hexadecimal digits of EWKB", text.Length);
            }
            var wkb = bytes.AsSpan(0, written);
            output.Append("{\"wkb\":"u8);
            output.AppendBase64(wkb);
            output.Append(",\"srid\":"u8);
            var isLittle = wkb[0] == 1;
            var kind = Read(wkb[1..], isLittle);
            if ((kind & HasSrid) != 0 && written >= HeaderLength + sizeof(uint))
                output.AppendNumber(Read(wkb[HeaderLength..], isLittle));
            else
                output.Append("null"u8);
            output.Append((byte)'}');
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    static uint Read(ReadOnlySpan<byte> bytes, bool isLittle) => isLittle
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes)
        : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}

/// <summary>vector and halfvec as an array of numbers, which their text is.</summary>
sealed class VectorEncoder(string name, ConnectType item) : NumberEncoder(
    (item with { OptionalAsItem = false }).AsArray() with { Name = $"io.debezium.data.{name}" })
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output) => output.Append(text);
}

/// <summary>sparsevec as a struct of its dimensions and its non-zero places.</summary>
sealed class SparseVectorEncoder() : ValueEncoder(new ConnectType("struct")
{
    Name = "io.debezium.data.SparseDoubleVector",
    Doc = "Sparse double vector",
    Parts = """
        "fields":[{"type":"int16","optional":false,"field":"dimensions"},{"type":"map","keys":
        """
        + """{"type":"int16","optional":false},"values":{"type":"double","optional":false},"""
        + """
        "optional":false,"field":"vector"}]
        """,
})
{
    // {1:1.5,5:-2}/5
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        var slash = text.LastIndexOf((byte)'/');
        if (slash < 2)
            throw new MalformedValueException("sparsevec", "places and dimensions", text.Length);
        output.Append("{\"dimensions\":"u8);
        output.Append(text[(slash + 1)..]);
        output.Append(",\"vector\":["u8);
        var rest = text[1..(slash - 1)];
        while (rest.Length > 0)
        {
            output.Append((byte)'[');
            output.Append(IntervalText.Until(ref rest, (byte)':'));
            output.Append((byte)',');
            output.Append(IntervalText.Until(ref rest, (byte)','));
            output.Append(rest.Length > 0 ? "],"u8 : "]"u8);
        }
        output.Append("]}"u8);
    }
}
