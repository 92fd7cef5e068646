using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Tests.Delta.Foreign;

/// <summary>Rows of a query in the spelling of the golden tables: a JSON object a row, sorted.</summary>
static class CanonicalRows
{
    /// <summary>Reads all rows; columns without a type are the ones that a change feed adds.</summary>
    public static string[] Read(DuckDbResult result, ImmutableArray<ScanColumn> columns)
    {
        var rows = new List<string>();
        var text = new StringBuilder();
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
            {
                text.Clear().Append('{');
                for (var i = 0; i < columns.Length; i++)
                {
                    text.Append(i > 0 ? "," : "");
                    Text(text, Encoding.UTF8.GetBytes(columns[i].Name));
                    text.Append(':');
                    Value(text, chunk.Column(i), row, columns[i].Field?.Type);
                }
                rows.Add(text.Append('}').ToString());
            }
        }
        rows.Sort(StringComparer.Ordinal);
        return [.. rows];
    }

    /// <summary>The checksum of rows.</summary>
    public static string Sha256(IEnumerable<string> rows)
    {
        var text = string.Concat(rows.Select(static row => row + "\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    static void Value(StringBuilder text, DuckDbVector vector, int row, DeltaType? type)
    {
        if (vector.IsNull(row))
        {
            text.Append("null");
            return;
        }
        switch (vector.Type.Kind)
        {
            case DuckDbTypeKind.List:
                Elements(text, vector, row, ((DeltaType.Array)type!).Element);
                break;
            case DuckDbTypeKind.Map:
                Entries(text, vector, row, (DeltaType.Map)type!);
                break;
            case DuckDbTypeKind.Struct:
                Members(text, vector, row, (DeltaType.Struct)type!);
                break;
            case DuckDbTypeKind.Varchar when type is DeltaType.Other { Name: "variant" }:
                VariantValue(text, JsonDocument.Parse(vector.Bytes(row).ToArray()).RootElement, isRoot: true);
                break;
            case DuckDbTypeKind.Varchar:
                Text(text, vector.Bytes(row));
                break;
            case DuckDbTypeKind.Blob:
                text.Append("\"0x").Append(Convert.ToHexStringLower(vector.Bytes(row))).Append('"');
                break;
            default:
                text.Append(Scalar(vector, row));
                break;
        }
    }

    static string Scalar(DuckDbVector vector, int row) => vector.Type.Kind switch
    {
        DuckDbTypeKind.Boolean => vector.Booleans[row] != 0 ? "true" : "false",
        DuckDbTypeKind.TinyInt => unchecked((sbyte)vector.FixedBytes[row]).ToString(CultureInfo.InvariantCulture),
        DuckDbTypeKind.SmallInt => vector.Int16s[row].ToString(CultureInfo.InvariantCulture),
        DuckDbTypeKind.Integer => vector.Int32s[row].ToString(CultureInfo.InvariantCulture),
        DuckDbTypeKind.BigInt => vector.Int64s[row].ToString(CultureInfo.InvariantCulture),
        DuckDbTypeKind.Float => Number(vector.Float32s[row]),
        DuckDbTypeKind.Double => Number(vector.Float64s[row]),
        DuckDbTypeKind.Decimal => $"\"{Decimal(vector, row)}\"",
        DuckDbTypeKind.Date => $"\"{Day(vector.Int32s[row])}\"",
        DuckDbTypeKind.Timestamp => $"\"{Instant(vector.Int64s[row])}\"",
        DuckDbTypeKind.TimestampTz => $"\"{Instant(vector.Int64s[row])}Z\"",
        var kind => throw new InvalidOperationException($"no spelling for {kind}"),
    };

    static void Elements(StringBuilder text, DuckDbVector vector, int row, DeltaType element)
    {
        var (start, length) = vector.ElementRange(row);
        text.Append('[');
        for (var i = 0; i < length; i++)
        {
            text.Append(i > 0 ? "," : "");
            Value(text, vector.Elements, start + i, element);
        }
        text.Append(']');
    }

    static void Entries(StringBuilder text, DuckDbVector vector, int row, DeltaType.Map type)
    {
        var (start, length) = vector.ElementRange(row);
        var entries = new List<string>();
        for (var i = 0; i < length; i++)
        {
            var entry = new StringBuilder("[");
            Value(entry, vector.Elements.Member(0), start + i, type.Key);
            entry.Append(',');
            Value(entry, vector.Elements.Member(1), start + i, type.Value);
            entries.Add(entry.Append(']').ToString());
        }
        entries.Sort(StringComparer.Ordinal);
        text.Append('[').AppendJoin(',', entries).Append(']');
    }

    static void Members(StringBuilder text, DuckDbVector vector, int row, DeltaType.Struct type)
    {
        text.Append('{');
        for (var i = 0; i < type.Fields.Length; i++)
        {
            text.Append(i > 0 ? "," : "");
            Text(text, Encoding.UTF8.GetBytes(type.Fields[i].Name));
            text.Append(':');
            Value(text, vector.Member(i), row, type.Fields[i].Type);
        }
        text.Append('}');
    }

    static void VariantValue(StringBuilder text, JsonElement value, bool isRoot = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                text.Append(isRoot ? "{\"$variant\":null}" : "null");
                break;
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var (i, member) in value.EnumerateObject().Index())
                {
                    text.Append(i > 0 ? "," : "");
                    Text(text, Encoding.UTF8.GetBytes(member.Name));
                    text.Append(':');
                    VariantValue(text, member.Value);
                }
                text.Append('}');
                break;
            case JsonValueKind.String:
                Text(text, Encoding.UTF8.GetBytes(value.GetString()!));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    // As JSON.stringify escapes.
    static void Text(StringBuilder text, ReadOnlySpan<byte> utf8)
    {
        text.Append('"');
        foreach (var letter in Encoding.UTF8.GetString(utf8))
        {
            text.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }
        text.Append('"');
    }

    // As JavaScript prints numbers: plain from 1e-7 to 1e21, no point without a fraction.
    static string Number(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        if (value == 0)
            return "0";
        var parts = value.ToString("E16", CultureInfo.InvariantCulture).Split('E');
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var digits = new string([.. shortest.Split('E')[0].Where(char.IsAsciiDigit)]).TrimStart('0').TrimEnd('0');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var sign = value < 0 ? "-" : "";
        if (exponent is >= 21 or < -6)
        {
            var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return $"{sign}{mantissa}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}";
        }
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    static string Decimal(DuckDbVector vector, int row)
    {
        var unscaled = vector.Type.Width switch
        {
            <= 4 => vector.Int16s[row],
            <= 9 => vector.Int32s[row],
            <= 18 => vector.Int64s[row],
            _ => vector.Int128s[row],
        };
        var scale = vector.Type.Scale;
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (unscaled < 0 ? "-" : "") + (scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}");
    }

    static string Day(int days) => Instant(days * 86_400_000_000L).Split('T')[0];

    // 400 years are a whole number of days, which brings any year into those that .NET knows.
    static string Instant(long microseconds)
    {
        var cycles = (long)Math.Floor((microseconds / 1e6 / 86_400 + 719_528) / 146_097) - 5;
        var like = DateTime.UnixEpoch
            .AddTicks((microseconds - cycles * 146_097 * 86_400_000_000) * TimeSpan.TicksPerMicrosecond);
        var year = like.Year + 400 * cycles;
        return (year < 0 ? "-" : "") + Math.Abs(year).ToString("D4", CultureInfo.InvariantCulture)
            + like.ToString("-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
    }
}
