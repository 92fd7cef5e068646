using System.Globalization;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Tables;

/// <summary>Brings a value into another column type, exactly or not at all.</summary>
static class ValueConversion
{
    /// <summary>Whether values go from one type to the other by their number: those that fit do so exactly.</summary>
    public static bool IsByNumber(ColumnType from, ColumnType to) =>
        from == to || (TypeWidening.IsExact(from) && TypeWidening.IsExact(to)) || (IsFloat(from) && IsFloat(to));

    /// <summary>Appends a row's value; false, and nothing, when it does not fit.</summary>
    public static bool TryAppend(ColumnBuffer from, int row, ColumnBuffer to)
    {
        if (from.IsNull(row))
            to.AppendNull();
        else if (from.Type == to.Type && from.Width == to.Width && from.Scale == to.Scale
            && from.Precision <= to.Precision)
            to.AppendFrom(from, row);
        else if (TypeWidening.IsExact(from.Type) && TypeWidening.IsExact(to.Type))
            return TryAppendExact(Number(from, row), from.Scale, to);
        else if (from.Type == ColumnType.Float32 && to.Type == ColumnType.Float64)
            to.Append((double)from.Float32s[row]);
        else if (from.Type == ColumnType.Float64 && to.Type == ColumnType.Float32)
            return TryAppendSingle(from.Float64s[row], to);
        else
            return false;
        return true;
    }

    /// <summary>As <see cref="TryAppend"/>, and by the text of the value where the types have nothing else in
    /// common: what PostgreSQL's cast of numbers, truth values and texts does.</summary>
    public static bool TryCast(ColumnBuffer from, int row, ColumnBuffer to)
    {
        if (TryAppend(from, row, to))
            return true;
        if (Text(from, row) is not { } text)
            return false;
        if (to.Type == ColumnType.String)
        {
            to.Append(Encoding.UTF8.GetBytes(text));
            return true;
        }
        if (TypeWidening.IsExact(to.Type))
        {
            return DecimalText.Read(
                    Encoding.UTF8.GetBytes(text.Trim()), PostgresTypes.DecimalPrecisionMax, DecimalScale(text),
                    out var value) == RejectReason.None
                && TryAppendExact(value, DecimalScale(text), to);
        }
        if (to.Type == ColumnType.Float32 && float.TryParse(text, CultureInfo.InvariantCulture, out var single))
            to.Append(single);
        else if (to.Type == ColumnType.Float64 && double.TryParse(text, CultureInfo.InvariantCulture, out var wide))
            to.Append(wide);
        else
            return false;
        return true;
    }

    static string? Text(ColumnBuffer from, int row)
    {
        if (from.Type == ColumnType.String)
            return Encoding.UTF8.GetString(from.Value(row));
        if (from.Type == ColumnType.Boolean)
            return from.Booleans[row] == 1 ? "true" : "false";
        if (!TypeWidening.IsExact(from.Type))
            return null;
        var digits = Int128.Abs(Number(from, row)).ToString(CultureInfo.InvariantCulture)
            .PadLeft(from.Scale + 1, '0');
        var sign = Int128.IsNegative(Number(from, row)) ? "-" : "";
        return from.Scale == 0 ? sign + digits : $"{sign}{digits[..^from.Scale]}.{digits[^from.Scale..]}";
    }

    static int DecimalScale(string text)
    {
        var point = text.Trim().IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : Math.Min(text.Trim().Length - point - 1, PostgresTypes.DecimalPrecisionMax);
    }

    static bool TryAppendExact(Int128 value, int scale, ColumnBuffer to)
    {
        for (; scale > to.Scale; scale--)
        {
            var (quotient, rest) = Int128.DivRem(value, 10);
            if (rest != 0)
                return false;
            value = quotient;
        }
        if (to.Type != ColumnType.Decimal)
            return TryAppendInteger(value, to);
        var limit = DecimalText.PowerOfTen(to.Precision - (to.Scale - scale));
        if (value >= limit || value <= -limit)
            return false;
        value *= DecimalText.PowerOfTen(to.Scale - scale);
        if (to.Width == sizeof(long))
            to.Append((long)value);
        else
            to.Append(value);
        return true;
    }

    static bool TryAppendInteger(Int128 value, ColumnBuffer to)
    {
        var (least, most) = to.Type switch
        {
            ColumnType.Int16 => (short.MinValue, short.MaxValue),
            ColumnType.Int32 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        if (value < least || value > most)
            return false;
        if (to.Width == sizeof(long))
            to.Append((long)value);
        else
            to.Append((int)value);
        return true;
    }

    static bool TryAppendSingle(double value, ColumnBuffer to)
    {
        var single = (float)value;
        if (single != value && !double.IsNaN(value))
            return false;
        to.Append(single);
        return true;
    }

    static Int128 Number(ColumnBuffer from, int row) => from.Width switch
    {
        sizeof(int) => from.Int32s[row],
        sizeof(long) => from.Int64s[row],
        _ => from.Int128s[row],
    };

    static bool IsFloat(ColumnType type) => type is ColumnType.Float32 or ColumnType.Float64;
}
