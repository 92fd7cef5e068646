using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Windows;

/// <summary>Reads single values of columns for windows.</summary>
static class ColumnReading
{
    /// <summary>Whether values of a type are numbers.</summary>
    public static bool IsNumber(ColumnType type) => type
        is ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64 or ColumnType.Decimal
        or ColumnType.Float32 or ColumnType.Float64;

    /// <summary>Whether values of a type can be part of a key: texts, whole numbers and truth values.</summary>
    public static bool IsKey(ColumnType type) => type
        is ColumnType.String or ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64 or ColumnType.Boolean;

    /// <summary>A number; null for null and for what a decimal cannot hold.</summary>
    public static decimal? Number(ColumnBuffer column, int row)
    {
        if (column.IsNull(row))
            return null;
        try
        {
            return column.Type switch
            {
                ColumnType.Int16 or ColumnType.Int32 => column.Int32s[row],
                ColumnType.Int64 => column.Int64s[row],
                ColumnType.Decimal when column.Width == sizeof(long) => Scaled(column.Int64s[row], column.Scale),
                ColumnType.Decimal => Scaled((decimal)column.Int128s[row], column.Scale),
                ColumnType.Float32 => (decimal)column.Float32s[row],
                ColumnType.Float64 => (decimal)column.Float64s[row],
                _ => null,
            };
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>A value as text; null for null.</summary>
    public static string? Text(ColumnBuffer column, int row) => column.IsNull(row) ? null : column.Type switch
    {
        ColumnType.String => Encoding.UTF8.GetString(column.Value(row)),
        ColumnType.Boolean => column.Booleans[row] == 1 ? "true" : "false",
        _ => Number(column, row)?.ToString(CultureInfo.InvariantCulture)
            ?? Convert.ToHexString(column.Width == 0 ? column.Value(row) : column.FixedValue(row)),
    };

    /// <summary>Writes a part of a key as JSON.</summary>
    public static void Write(Utf8JsonWriter json, ColumnBuffer column, int row)
    {
        if (column.IsNull(row))
            json.WriteNullValue();
        else if (column.Type == ColumnType.String)
            json.WriteStringValue(column.Value(row));
        else if (column.Type == ColumnType.Boolean)
            json.WriteBooleanValue(column.Booleans[row] == 1);
        else
            json.WriteNumberValue(column.Type == ColumnType.Int64 ? column.Int64s[row] : column.Int32s[row]);
    }

    static decimal Scaled(decimal unscaled, int scale)
    {
        // A decimal has 28 places at most; what is beyond them is nothing.
        while (scale > 28)
        {
            unscaled /= 10;
            scale--;
        }
        return unscaled * new decimal(1, 0, 0, false, (byte)scale);
    }
}
