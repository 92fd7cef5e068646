using System.Globalization;
using System.Text;

namespace Tapline.Serving.Postgres;

/// <summary>Decimals in PostgreSQL's binary form: digits of base 10,000, the weight of the first, sign,
/// scale.</summary>
static class PgNumeric
{
    const int Negative = 0x4000;

    /// <summary>As text, e.g. <c>-1.50</c>.</summary>
    public static string Text(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var sign = Int128.IsNegative(unscaled) ? "-" : "";
        return scale == 0 ? $"{sign}{digits}" : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    /// <summary>Writes one with its length before it.</summary>
    public static void Write(PgOutput output, Int128 unscaled, int scale)
    {
        var text = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        // Both sides of the point are filled up to whole groups of four.
        var whole = text[..^scale];
        whole = whole.PadLeft((whole.Length + 3) / 4 * 4, '0');
        var part = text[^scale..];
        part = part.PadRight((part.Length + 3) / 4 * 4, '0');
        var groups = new List<short>();
        foreach (var four in (whole + part).Chunk(4))
            groups.Add(short.Parse(four, NumberStyles.None, CultureInfo.InvariantCulture));
        var weight = (whole.Length / 4) - 1;
        while (groups.Count > 0 && groups[0] == 0)
        {
            groups.RemoveAt(0);
            weight--;
        }
        while (groups.Count > 0 && groups[^1] == 0)
            groups.RemoveAt(groups.Count - 1);
        output.Int32(8 + (2 * groups.Count));
        output.Int16(groups.Count);
        output.Int16(groups.Count == 0 ? 0 : weight);
        output.Int16(Int128.IsNegative(unscaled) ? Negative : 0);
        output.Int16(scale);
        foreach (var group in groups)
            output.Int16(group);
    }

    /// <summary>Reads one as text; null for what is no finite number.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes)
    {
        var fields = new PgFields(bytes);
        var (count, weight, sign, scale) = (fields.Int16(), fields.Int16(), fields.Int16(), fields.Int16());
        if (sign is not (0 or Negative) || count < 0 || scale < 0)
            return null;
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(CultureInfo.InvariantCulture, $"{fields.Int16():0000}");
        var point = (weight + 1) * 4;
        if (point < 0)
            text.Insert(0, new string('0', -point));
        point = Math.Max(point, 0);
        text.Append('0', Math.Max(0, point + scale - text.Length));
        var digits = text.ToString();
        var whole = digits[..point].TrimStart('0');
        var part = digits.Substring(point, Math.Min(scale, digits.Length - point));
        return $"{(sign == 0 ? "" : "-")}{(whole.Length == 0 ? "0" : whole)}{(part.Length == 0 ? "" : $".{part}")}";
    }
}
