using System.Buffers;
using System.Runtime.InteropServices;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>Copies a vector's rows to the end of a column buffer, converting where the layouts differ.</summary>
static class VectorCopy
{
    /// <summary>Throws when a column of this type has no way into the buffer.</summary>
    public static void Check(DuckDbColumn column, ColumnBuffer target)
    {
        if (!Fits(column.Type, target))
            throw new InvalidOperationException(
                $"column \"{column.Name}\" is {column.Type}, which does not go into {Describe(target)}");
    }

    static bool Fits(DuckDbType type, ColumnBuffer target) => (target.Type, type.Kind) switch
    {
        (ColumnType.Boolean, DuckDbTypeKind.Boolean) => true,
        (ColumnType.Int16, DuckDbTypeKind.SmallInt) => true,
        (ColumnType.Int32, DuckDbTypeKind.SmallInt or DuckDbTypeKind.Integer) => true,
        (ColumnType.Int64, DuckDbTypeKind.SmallInt or DuckDbTypeKind.Integer or DuckDbTypeKind.BigInt) => true,
        (ColumnType.Float32, DuckDbTypeKind.Float) => true,
        (ColumnType.Float64, DuckDbTypeKind.Double) => true,
        (ColumnType.Decimal, DuckDbTypeKind.Decimal) => type.Scale == target.Scale && type.Width <= target.Precision,
        (ColumnType.String, DuckDbTypeKind.Varchar) => true,
        (ColumnType.Binary, DuckDbTypeKind.Blob) => true,
        (ColumnType.Date, DuckDbTypeKind.Date) => true,
        (ColumnType.Timestamp, DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampTz or DuckDbTypeKind.TimestampSeconds
            or DuckDbTypeKind.TimestampMilliseconds or DuckDbTypeKind.TimestampNanoseconds) => true,
        _ => false,
    };

    static string Describe(ColumnBuffer target) =>
        target.Type == ColumnType.Decimal ? $"Decimal({target.Precision},{target.Scale})" : target.Type.ToString();

    /// <summary>Appends all rows. The pair must have passed <see cref="Check"/>.</summary>
    public static void Append(DuckDbVector source, ColumnBuffer target)
    {
        if (target.Width == 0)
            AppendBytes(source, target);
        else if (source.Type.ValueWidth == target.Width && TicksFactor(source.Type.Kind) == 1)
            target.AppendFixedRows(source.FixedBytes, source.Validity);
        else
            AppendConverted(source, target);
    }

    static void AppendBytes(DuckDbVector source, ColumnBuffer target)
    {
        for (var row = 0; row < source.Count; row++)
        {
            if (source.IsNull(row))
                target.AppendNull();
            else
                target.Append(source.Bytes(row));
        }
    }

    static void AppendConverted(DuckDbVector source, ColumnBuffer target)
    {
        var byteCount = source.Count * target.Width;
        var rented = ArrayPool<byte>.Shared.Rent(byteCount);
        try
        {
            var converted = rented.AsSpan(0, byteCount);
            switch (target.Width)
            {
                case sizeof(int):
                    Widen(source, MemoryMarshal.Cast<byte, int>(converted));
                    break;
                case sizeof(long) when target.Type == ColumnType.Timestamp:
                    ToMicroseconds(source, MemoryMarshal.Cast<byte, long>(converted));
                    break;
                case sizeof(long):
                    Widen(source, MemoryMarshal.Cast<byte, long>(converted));
                    break;
                default:
                    Widen(source, MemoryMarshal.Cast<byte, Int128>(converted));
                    break;
            }
            target.AppendFixedRows(converted, source.Validity);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    static void Widen(DuckDbVector source, Span<int> target)
    {
        var values = source.Int16s;
        for (var row = 0; row < target.Length; row++)
            target[row] = values[row];
    }

    static void Widen(DuckDbVector source, Span<long> target)
    {
        if (source.Type.ValueWidth == sizeof(short))
        {
            var values = source.Int16s;
            for (var row = 0; row < target.Length; row++)
                target[row] = values[row];
        }
        else
        {
            var values = source.Int32s;
            for (var row = 0; row < target.Length; row++)
                target[row] = values[row];
        }
    }

    static void Widen(DuckDbVector source, Span<Int128> target)
    {
        if (source.Type.ValueWidth == sizeof(long))
        {
            var values = source.Int64s;
            for (var row = 0; row < target.Length; row++)
                target[row] = values[row];
            return;
        }
        var narrow = ArrayPool<long>.Shared.Rent(target.Length);
        try
        {
            Widen(source, narrow.AsSpan(0, target.Length));
            for (var row = 0; row < target.Length; row++)
                target[row] = narrow[row];
        }
        finally
        {
            ArrayPool<long>.Shared.Return(narrow);
        }
    }

    static void ToMicroseconds(DuckDbVector source, Span<long> target)
    {
        var values = source.Int64s;
        var factor = TicksFactor(source.Type.Kind);
        for (var row = 0; row < target.Length; row++)
        {
            // Infinities have one spelling in every unit; the value of a null row is undefined and must not overflow.
            var value = values[row];
            target[row] = source.IsNull(row) ? 0
                : value is long.MaxValue or -long.MaxValue ? value
                : factor > 0 ? value * factor
                : FloorDivide(value, -factor);
        }
    }

    static long FloorDivide(long value, long divisor)
    {
        var (quotient, remainder) = Math.DivRem(value, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }

    /// <summary>Microseconds a unit; negative: units a microsecond.</summary>
    static long TicksFactor(DuckDbTypeKind kind) => kind switch
    {
        DuckDbTypeKind.TimestampSeconds => 1_000_000,
        DuckDbTypeKind.TimestampMilliseconds => 1_000,
        DuckDbTypeKind.TimestampNanoseconds => -1_000,
        _ => 1,
    };
}
