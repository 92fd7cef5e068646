using System.Globalization;

namespace Tapline.Cli.Simulation;

/// <summary>Spans of time as people write them: <c>90s</c>, <c>10m</c>, <c>2h</c>.</summary>
static class SpanText
{
    const double HoursMax = 24 * 366;

    /// <summary>Reads one.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var unit = text.Length == 0 ? 0 : text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => 0,
        };
        if (unit == 0 || !double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture, out var number) || number * unit > HoursMax * 3600)
            return false;
        span = TimeSpan.FromSeconds(number * unit);
        return true;
    }
}
