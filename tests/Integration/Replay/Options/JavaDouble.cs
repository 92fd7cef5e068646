using System.Globalization;
using System.Text.Json.Nodes;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>Doubles as Java spells them.</summary>
static class JavaDouble
{
    const double PlainMin = 1e-3;
    const double PlainEnd = 1e7;

    /// <summary>A number, or the word for what is none.</summary>
    public static JsonNode Json(double value)
    {
        if (double.IsNaN(value))
            return JsonValue.Create("NaN");
        if (double.IsInfinity(value))
            return JsonValue.Create(value > 0 ? "Infinity" : "-Infinity");
        return JsonNode.Parse(Text(value))!;
    }

    static string Text(double value)
    {
        if (Math.Abs(value) is 0 or (>= PlainMin and < PlainEnd))
        {
            var plain = value.ToString("0.0####################", CultureInfo.InvariantCulture);
            if (double.Parse(plain, CultureInfo.InvariantCulture).Equals(value))
                return plain;
        }
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 1; digits < 17; digits++)
        {
            var shorter = value.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (!double.Parse(shorter, CultureInfo.InvariantCulture).Equals(value))
                continue;
            text = shorter;
            break;
        }
        var mantissa = text[..text.IndexOf('E', StringComparison.Ordinal)];
        var exponent = int.Parse(text.AsSpan(mantissa.Length + 1), CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}E{exponent}");
    }
}
