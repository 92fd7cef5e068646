using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Postgres;

/// <summary>Writes values of DuckDB in PostgreSQL's text and binary forms.</summary>
static class PgValues
{
    const long EpochMicros = 946_684_800_000_000; // 2000-01-01, since 1970.
    const int EpochDays = 10_957;

    /// <summary>Writes a value with its length before it; <paramref name="type"/> is what the client was
    /// told.</summary>
    public static void Write(PgOutput output, DuckDbVector vector, int row, int type, bool isBinary)
    {
        if (vector.IsNull(row))
            output.Int32(-1);
        else if (isBinary)
            WriteBinary(output, vector, row, type);
        else if (vector.Type.Kind is DuckDbTypeKind.Varchar)
            output.Value(vector.Bytes(row));
        else
            output.Value(Encoding.UTF8.GetBytes(Text(vector, row)));
    }

    static void WriteBinary(PgOutput output, DuckDbVector vector, int row, int type)
    {
        switch (vector.Type.Kind)
        {
            case DuckDbTypeKind.Boolean:
                output.Value([vector.Booleans[row]]);
                break;
            case DuckDbTypeKind.SmallInt:
                output.Int32(2);
                output.Int16(vector.Int16s[row]);
                break;
            case DuckDbTypeKind.Integer:
                output.Int32(4);
                output.Int32(vector.Int32s[row]);
                break;
            case DuckDbTypeKind.BigInt:
                Int64(output, vector.Int64s[row]);
                break;
            case DuckDbTypeKind.Float:
                output.Int32(4);
                output.Int32(BitConverter.SingleToInt32Bits(vector.Float32s[row]));
                break;
            case DuckDbTypeKind.Double:
                Int64(output, BitConverter.DoubleToInt64Bits(vector.Float64s[row]));
                break;
            case DuckDbTypeKind.Decimal:
                PgNumeric.Write(output, Unscaled(vector, row), vector.Type.Scale);
                break;
            case DuckDbTypeKind.Date:
                output.Int32(4);
                output.Int32(Days(vector.Int32s[row]));
                break;
            case DuckDbTypeKind.Time:
                Int64(output, vector.Int64s[row]);
                break;
            case DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampTz:
                Int64(output, Micros(vector.Int64s[row]));
                break;
            case DuckDbTypeKind.Interval:
                var (months, days, micros) = IntervalOf(vector, row);
                output.Int32(16);
                output.Int64(micros);
                output.Int32(days);
                output.Int32(months);
                break;
            case DuckDbTypeKind.Varchar when type == PgTypes.Uuid:
                output.Value(Convert.FromHexString(
                    Encoding.ASCII.GetString(vector.Bytes(row)).Replace("-", "", StringComparison.Ordinal)));
                break;
            default:
                output.Value(vector.Bytes(row));
                break;
        }
    }

    static string Text(DuckDbVector vector, int row) => vector.Type.Kind switch
    {
        DuckDbTypeKind.Boolean => vector.Booleans[row] != 0 ? "t" : "f",
        DuckDbTypeKind.SmallInt => Invariant(vector.Int16s[row]),
        DuckDbTypeKind.Integer => Invariant(vector.Int32s[row]),
        DuckDbTypeKind.BigInt => Invariant(vector.Int64s[row]),
        DuckDbTypeKind.Float => Floating(vector.Float32s[row], vector.Float32s[row].ToString("R", null)),
        DuckDbTypeKind.Double => Floating(vector.Float64s[row], vector.Float64s[row].ToString("R", null)),
        DuckDbTypeKind.Decimal => PgNumeric.Text(Unscaled(vector, row), vector.Type.Scale),
        DuckDbTypeKind.Blob => $"\\x{Convert.ToHexStringLower(vector.Bytes(row))}",
        DuckDbTypeKind.Date => PgTimes.Date(vector.Int32s[row]),
        DuckDbTypeKind.Time => PgTimes.Time(vector.Int64s[row]),
        DuckDbTypeKind.Timestamp => PgTimes.Timestamp(vector.Int64s[row]),
        DuckDbTypeKind.TimestampTz => PgTimes.TimestampTz(vector.Int64s[row]),
        DuckDbTypeKind.Interval => PgTimes.Interval(IntervalOf(vector, row)),
        _ => Encoding.UTF8.GetString(vector.Bytes(row)),
    };

    static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Floating(double number, string text) =>
        double.IsNaN(number) ? "NaN"
        : double.IsPositiveInfinity(number) ? "Infinity"
        : double.IsNegativeInfinity(number) ? "-Infinity"
        : text.Replace("E", "e", StringComparison.Ordinal);

    static void Int64(PgOutput output, long value)
    {
        output.Int32(8);
        output.Int64(value);
    }

    // Both have the ends of their range for the infinities.
    static int Days(int days) => days is int.MaxValue or -int.MaxValue ? Infinite(days > 0) : days - EpochDays;

    static int Infinite(bool positive) => positive ? int.MaxValue : int.MinValue;

    static long Micros(long micros) => micros switch
    {
        long.MaxValue => long.MaxValue,
        -long.MaxValue => long.MinValue,
        _ => micros - EpochMicros,
    };

    static Int128 Unscaled(DuckDbVector vector, int row) => vector.Type.Width switch
    {
        <= 4 => vector.Int16s[row],
        <= 9 => vector.Int32s[row],
        <= 18 => vector.Int64s[row],
        _ => vector.Int128s[row],
    };

    static (int Months, int Days, long Micros) IntervalOf(DuckDbVector vector, int row)
    {
        var bytes = vector.FixedBytes.Slice(row * 16, 16);
        return (
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]));
    }
}
