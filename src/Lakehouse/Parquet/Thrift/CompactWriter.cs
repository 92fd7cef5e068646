namespace Tapline.Lakehouse.Parquet.Thrift;

/// <summary>Writes Thrift's compact protocol, as far as Parquet's headers and footer use it: a field is a byte of
/// id difference and type, then the value; a struct ends with a zero.
/// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md</summary>
sealed class CompactWriter(ByteBuffer output)
{
    const byte TrueType = 1;
    const byte FalseType = 2;
    const byte ByteType = 3;
    const byte Int16Type = 4;
    const byte Int32Type = 5;
    const byte Int64Type = 6;
    const byte BinaryType = 8;
    const byte ListType = 9;
    const byte StructType = 12;

    // Parquet nests no deeper: footer, row group, chunk, metadata, type, unit.
    readonly short[] _outerFields = new short[12];
    int _depth;
    short _lastField;

    public void Boolean(short field, bool value) => Header(field, value ? TrueType : FalseType);

    public void Byte(short field, byte value)
    {
        Header(field, ByteType);
        output.WriteByte(value);
    }

    public void Int16(short field, short value)
    {
        Header(field, Int16Type);
        output.WriteZigzag(value);
    }

    public void Int32(short field, int value)
    {
        Header(field, Int32Type);
        output.WriteZigzag(value);
    }

    public void Int64(short field, long value)
    {
        Header(field, Int64Type);
        output.WriteZigzag(value);
    }

    public void Binary(short field, ReadOnlySpan<byte> value)
    {
        Header(field, BinaryType);
        BinaryElement(value);
    }

    /// <summary>Opens a struct in a field; closed by <see cref="EndStruct"/>.</summary>
    public void BeginStruct(short field)
    {
        Header(field, StructType);
        BeginElement();
    }

    /// <summary>A struct without members, as the arms of Parquet's unions are.</summary>
    public void EmptyStruct(short field)
    {
        BeginStruct(field);
        EndStruct();
    }

    /// <summary>Opens a struct that stands in a list, or the outermost one.</summary>
    public void BeginElement()
    {
        _outerFields[_depth++] = _lastField;
        _lastField = 0;
    }

    public void EndStruct()
    {
        output.WriteByte(0);
        _lastField = _outerFields[--_depth];
    }

    public void StructList(short field, int count) => List(field, count, StructType);

    public void Int32List(short field, ReadOnlySpan<int> values)
    {
        List(field, values.Length, Int32Type);
        foreach (var value in values)
            output.WriteZigzag(value);
    }

    /// <summary>A list of one string, the only kind that Parquet's flat columns need.</summary>
    public void BinaryList(short field, ReadOnlySpan<byte> value)
    {
        List(field, 1, BinaryType);
        BinaryElement(value);
    }

    void BinaryElement(ReadOnlySpan<byte> value)
    {
        output.WriteVarint((ulong)value.Length);
        output.Write(value);
    }

    void List(short field, int count, byte elementType)
    {
        Header(field, ListType);
        if (count < 15)
        {
            output.WriteByte((byte)(count << 4 | elementType));
            return;
        }
        output.WriteByte((byte)(0xF0 | elementType));
        output.WriteVarint((ulong)count);
    }

    void Header(short field, byte type)
    {
        // Every struct here numbers its fields closely: the difference always fits the four bits.
        var difference = field - _lastField;
        if (difference is < 1 or > 15)
            throw new InvalidOperationException($"Thrift field {field} must follow field {_lastField} by 1 to 15");
        output.WriteByte((byte)(difference << 4 | type));
        _lastField = field;
    }
}
