using System.Globalization;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>A decoded cell as PostgreSQL would print it, to be compared with what the database said.</summary>
static class CellText
{
    public static string? Of(ColumnSchema schema, ColumnBuffer column, int row)
    {
        if (column.IsNull(row))
            return null;
        return column.Type switch
        {
            ColumnType.Boolean when schema.SourceType.StartsWith("bit", StringComparison.Ordinal) =>
                column.Booleans[row] == 1 ? "1" : "0",
            ColumnType.Boolean => column.Booleans[row] == 1 ? "true" : "false",
            ColumnType.Int16 or ColumnType.Int32 => column.Int32s[row].ToString(CultureInfo.InvariantCulture),
            ColumnType.Int64 => column.Int64s[row].ToString(CultureInfo.InvariantCulture),
            ColumnType.Float32 => Number(column.Float32s[row].ToString("R", CultureInfo.InvariantCulture)),
            ColumnType.Float64 => Number(column.Float64s[row].ToString("R", CultureInfo.InvariantCulture)),
            ColumnType.Decimal => Decimal(
                column.Width == 8 ? column.Int64s[row] : column.Int128s[row], schema.Scale),
            ColumnType.String => Encoding.UTF8.GetString(column.Value(row)),
            ColumnType.Binary when schema.SourceType.StartsWith("bit", StringComparison.Ordinal) =>
                Bits(column.Value(row)),
            ColumnType.Binary => @"\x" + Convert.ToHexStringLower(column.Value(row)),
            ColumnType.Date => Date(column.Int32s[row]),
            ColumnType.Timestamp => Timestamp(
                column.Int64s[row], schema.SourceType.EndsWith("with time zone", StringComparison.Ordinal)),
            _ => throw new ArgumentOutOfRangeException(nameof(schema)),
        };
    }

    /// <summary>A text of the database in the same notation.</summary>
    public static string? Normal(ColumnSchema schema, string? text) => text is null ? null : schema.Type switch
    {
        ColumnType.Float32 or ColumnType.Float64 => Number(text),
        ColumnType.String when schema.SourceType == "numeric" && text.Contains('.') => text.TrimEnd('0').TrimEnd('.'),
        ColumnType.String when schema.SourceType == "inet" =>
            text.Replace("/32", "", StringComparison.Ordinal).Replace("/128", "", StringComparison.Ordinal),
        ColumnType.Decimal =>
            text.Replace("$", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal),
        ColumnType.Binary when schema.SourceType.StartsWith("bit", StringComparison.Ordinal) => text.TrimStart('0'),
        _ => text,
    };

    static string Number(string text) =>
        double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);

    static string Decimal(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return unscaled < 0 ? "-" + text : text;
    }

    /// <summary>Bits as the connector packs them, first bit highest, without the zeros in front.</summary>
    static string Bits(ReadOnlySpan<byte> littleEndian)
    {
        var text = new StringBuilder();
        for (var i = littleEndian.Length - 1; i >= 0; i--)
            text.Append(Convert.ToString(littleEndian[i], 2).PadLeft(8, '0'));
        return text.ToString().TrimStart('0');
    }

    static string Date(int days) => days switch
    {
        int.MaxValue => "infinity",
        -int.MaxValue => "-infinity",
        _ => Civil(days, ""),
    };

    static string Timestamp(long microseconds, bool zoned)
    {
        if (microseconds == long.MaxValue)
            return "infinity";
        if (microseconds == -long.MaxValue)
            return "-infinity";
        var days = Math.DivRem(microseconds, 86_400_000_000, out var time);
        if (time < 0)
            (days, time) = (days - 1, time + 86_400_000_000);
        var clock = new DateTime(time * TimeSpan.TicksPerMicrosecond)
            .ToString(" HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
        return Civil(days, zoned ? clock + "+00" : clock);
    }

    // The database's calendar goes further than .NET's, to both sides. It repeats itself every 400 years.
    static string Civil(long days, string time)
    {
        const long cycleDays = 146_097;
        var cycle = (days - (days % cycleDays + cycleDays) % cycleDays) / cycleDays;
        var date = DateTime.UnixEpoch.AddDays(days - cycle * cycleDays);
        var year = date.Year + cycle * 400;
        var era = year <= 0 ? " BC" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{(year <= 0 ? 1 - year : year):0000}-{date:MM-dd}{time}{era}");
    }
}
