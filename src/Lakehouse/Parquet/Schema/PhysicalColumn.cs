using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Parquet.Thrift;

namespace Tapline.Lakehouse.Parquet.Schema;

/// <summary>One column as Parquet stores it: physical type, and the annotations that give it its meaning, both in the
/// old form (ConvertedType) and the new (LogicalType).
/// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md</summary>
sealed class PhysicalColumn
{
    const int Optional = 1;

    readonly ColumnSchema _schema;
    readonly byte[] _name;
    readonly int _fieldId;

    /// <summary>A column with an id; 0 for none.</summary>
    public PhysicalColumn(ColumnSchema schema, int fieldId = 0)
    {
        _schema = schema;
        _fieldId = fieldId;
        _name = Encoding.UTF8.GetBytes(schema.Name);
        Physical = PhysicalOf(schema);
        FixedLength = Physical == PhysicalType.FixedLengthByteArray ? DecimalWidth(schema.Precision) : 0;
    }

    public ColumnType Type => _schema.Type;

    public PhysicalType Physical { get; }

    /// <summary>Bytes a value of a fixed-length column; 0 for others.</summary>
    public int FixedLength { get; }

    public ReadOnlySpan<byte> Name => _name;

    /// <summary>Fewest bytes whose two's complement holds every decimal of this precision.</summary>
    public static int DecimalWidth(int precision)
    {
        var greatest = Int128.One;
        for (var digit = 0; digit < precision; digit++)
            greatest *= 10;
        greatest--;
        var bits = 128 - (int)Int128.LeadingZeroCount(greatest) + 1;
        return (bits + 7) / 8;
    }

    public void WriteSchemaElement(CompactWriter thrift)
    {
        thrift.BeginElement();
        thrift.Int32(1, (int)Physical);
        if (FixedLength > 0)
            thrift.Int32(2, FixedLength);
        thrift.Int32(3, Optional);
        thrift.Binary(4, _name);
        WriteAnnotations(thrift);
        thrift.EndStruct();
    }

    void WriteAnnotations(CompactWriter thrift)
    {
        switch (Type)
        {
            case ColumnType.String:
                WriteAnnotation(thrift, convertedType: 0, logicalType: 1);
                break;
            case ColumnType.Date:
                WriteAnnotation(thrift, convertedType: 6, logicalType: 6);
                break;
            case ColumnType.Decimal:
                thrift.Int32(6, 5);
                thrift.Int32(7, _schema.Scale);
                thrift.Int32(8, _schema.Precision);
                BeginLogicalType(thrift);
                thrift.BeginStruct(5);
                thrift.Int32(1, _schema.Scale);
                thrift.Int32(2, _schema.Precision);
                thrift.EndStruct();
                thrift.EndStruct();
                break;
            case ColumnType.Timestamp:
                thrift.Int32(6, 10);
                BeginLogicalType(thrift);
                thrift.BeginStruct(8);
                thrift.Boolean(1, true); // isAdjustedToUTC
                thrift.BeginStruct(2);
                thrift.EmptyStruct(2); // MICROS
                thrift.EndStruct();
                thrift.EndStruct();
                thrift.EndStruct();
                break;
            case ColumnType.Int16:
                thrift.Int32(6, 16);
                BeginLogicalType(thrift);
                thrift.BeginStruct(10);
                thrift.Byte(1, 16);
                thrift.Boolean(2, true); // signed
                thrift.EndStruct();
                thrift.EndStruct();
                break;
            default:
                WriteFieldId(thrift); // The physical type says the rest.
                break;
        }
    }

    void WriteAnnotation(CompactWriter thrift, int convertedType, short logicalType)
    {
        thrift.Int32(6, convertedType);
        BeginLogicalType(thrift);
        thrift.EmptyStruct(logicalType);
        thrift.EndStruct();
    }

    // Between the old form and the new: fields stand in the order of their numbers.
    void BeginLogicalType(CompactWriter thrift)
    {
        WriteFieldId(thrift);
        thrift.BeginStruct(10);
    }

    void WriteFieldId(CompactWriter thrift)
    {
        if (_fieldId > 0)
            thrift.Int32(9, _fieldId);
    }

    static PhysicalType PhysicalOf(ColumnSchema schema) => schema.Type switch
    {
        ColumnType.Boolean => PhysicalType.Boolean,
        ColumnType.Int16 or ColumnType.Int32 or ColumnType.Date => PhysicalType.Int32,
        ColumnType.Int64 or ColumnType.Timestamp => PhysicalType.Int64,
        ColumnType.Float32 => PhysicalType.Float,
        ColumnType.Float64 => PhysicalType.Double,
        ColumnType.String or ColumnType.Binary => PhysicalType.ByteArray,
        ColumnType.Decimal => schema.Precision switch
        {
            >= 1 and <= 9 => PhysicalType.Int32,
            >= 10 and <= 18 => PhysicalType.Int64,
            >= 19 and <= 38 => PhysicalType.FixedLengthByteArray,
            _ => throw new ArgumentOutOfRangeException(
                nameof(schema), schema.Precision, $"decimal column {schema.Name} needs a precision of 1 to 38"),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(schema), schema.Type, "unknown column type"),
    };
}
