using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>The database's text of points, geometries and vectors, out of the objects and arrays that Debezium makes of
/// them. Every method answers false for anything else.</summary>
static class GeometryText
{
    const uint SridFlag = 0x2000_0000;
    const int HeaderLength = 5; // Byte order and type.

    /// <summary><c>{"x":1.5,"y":2.0}</c> as <c>(1.5,2)</c>.</summary>
    public static bool TryPoint(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> target)
    {
        double? x = null, y = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isX, isY) = (reader.ValueSpan.SequenceEqual("x"u8), reader.ValueSpan.SequenceEqual("y"u8));
            reader.Read();
            if (!isX && !isY)
                reader.Skip();
            else if (!TryNumber(ref reader, out var number))
                return false;
            else if (isX)
                x = number;
            else
                y = number;
        }
        if (x is null || y is null)
            return false;
        target.Write("("u8);
        Write(x.Value, target);
        target.Write(","u8);
        Write(y.Value, target);
        target.Write(")"u8);
        return true;
    }

    /// <summary><c>{"wkb":"…","srid":4326}</c> as the hexadecimal digits of the extended well-known binary, which holds
    /// the reference system, too.</summary>
    public static bool TryGeometry(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> target)
    {
        byte[]? wkb = null;
        int? srid = null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isWkb, isSrid) = (reader.ValueSpan.SequenceEqual("wkb"u8), reader.ValueSpan.SequenceEqual("srid"u8));
            reader.Read();
            if (isWkb && (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped ||
                !reader.TryGetBytesFromBase64(out wkb)))
                return false;
            if (isSrid && reader.TokenType == JsonTokenType.Number)
            {
                if (!reader.TryGetInt32(out var number))
                    return false;
                srid = number;
            }
            else if (!isWkb)
            {
                reader.Skip();
            }
        }
        if (wkb is null || wkb.Length < HeaderLength || wkb[0] > 1)
            return false;
        target.Write(Encoding.ASCII.GetBytes(Convert.ToHexString(WithSrid(wkb, srid ?? 0))));
        return true;
    }

    /// <summary><c>[1.0,2.5]</c> as <c>[1,2.5]</c>.</summary>
    public static bool TryVector(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> target)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        target.Write("["u8);
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (!TryNumber(ref reader, out var number))
                return false;
            if (!first)
                target.Write(","u8);
            Write((float)number, target);
        }
        target.Write("]"u8);
        return true;
    }

    /// <summary><c>{"dimensions":5,"vector":[[1,1.5],[5,-2.0]]}</c> as <c>{1:1.5,5:-2}/5</c>.</summary>
    public static bool TrySparseVector(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> target)
    {
        var (dimensions, hasVector) = (-1, false);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        target.Write("{"u8);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVector = reader.ValueSpan.SequenceEqual("vector"u8);
            var isDimensions = reader.ValueSpan.SequenceEqual("dimensions"u8);
            reader.Read();
            if (isVector && !hasVector)
            {
                if (!TryPairs(ref reader, target))
                    return false;
                hasVector = true;
            }
            else if (!isDimensions || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out dimensions))
            {
                return false;
            }
        }
        target.Write("}/"u8);
        var room = target.GetSpan(FloatText.LengthMax);
        dimensions.TryFormat(room, out var length, default, CultureInfo.InvariantCulture);
        target.Advance(length);
        return hasVector && dimensions >= 0;
    }

    // A map whose keys are no strings is an array of pairs; one that a converter spelled as an object has the same.
    static bool TryPairs(ref Utf8JsonReader reader, ArrayBufferWriter<byte> target)
    {
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject && reader.TokenType != JsonTokenType.StartArray)
            return false;
        for (var first = true; reader.Read(); first = false)
        {
            if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
                return true;
            if (!first)
                target.Write(","u8);
            if (!isObject && (reader.TokenType != JsonTokenType.StartArray || !reader.Read()))
                return false;
            if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.PropertyName) || reader.ValueIsEscaped)
                return false;
            target.Write(reader.ValueSpan);
            target.Write(":"u8);
            reader.Read();
            if (!TryNumber(ref reader, out var number))
                return false;
            Write((float)number, target);
            if (!isObject && (!reader.Read() || reader.TokenType != JsonTokenType.EndArray))
                return false;
        }
        return false;
    }

    static byte[] WithSrid(byte[] wkb, int srid)
    {
        var isLittle = wkb[0] == 1;
        var head = wkb.AsSpan(1);
        var type = isLittle
            ? BinaryPrimitives.ReadUInt32LittleEndian(head)
            : BinaryPrimitives.ReadUInt32BigEndian(head);
        if (srid == 0 || (type & SridFlag) != 0)
            return wkb;
        var extended = new byte[wkb.Length + sizeof(int)];
        extended[0] = wkb[0];
        if (isLittle)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(extended.AsSpan(1), type | SridFlag);
            BinaryPrimitives.WriteInt32LittleEndian(extended.AsSpan(HeaderLength), srid);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(extended.AsSpan(1), type | SridFlag);
            BinaryPrimitives.WriteInt32BigEndian(extended.AsSpan(HeaderLength), srid);
        }
        wkb.AsSpan(HeaderLength).CopyTo(extended.AsSpan(HeaderLength + sizeof(int)));
        return extended;
    }

    static bool TryNumber(ref Utf8JsonReader reader, out double number)
    {
        number = 0;
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetDouble(out number);
        if (reader.TokenType != JsonTokenType.String)
            return false;
        number = reader.ValueSpan.SequenceEqual("NaN"u8) ? double.NaN
            : reader.ValueSpan.SequenceEqual("Infinity"u8) ? double.PositiveInfinity
            : reader.ValueSpan.SequenceEqual("-Infinity"u8) ? double.NegativeInfinity
            : 0;
        return !double.IsFinite(number);
    }

    static void Write(double number, ArrayBufferWriter<byte> target) =>
        target.Advance(FloatText.Write(number, target.GetSpan(FloatText.LengthMax)));

    static void Write(float number, ArrayBufferWriter<byte> target) =>
        target.Advance(FloatText.Write(number, target.GetSpan(FloatText.LengthMax)));
}
