using System.Globalization;

namespace Tapline.Lakehouse.Delta.Snapshot;

/// <summary>Durations as table properties spell them: <c>interval 30 days</c>, <c>interval 1 week</c>.</summary>
static class Interval
{
    /// <summary>The property that says how long files stay after they have left their table.</summary>
    public const string FilesProperty = "delta.deletedFileRetentionDuration";

    /// <summary>The property that says how long versions can be read.</summary>
    public const string LogProperty = "delta.logRetentionDuration";

    /// <summary>A duration of whole seconds as text.</summary>
    public static string Format(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"interval {(long)duration.TotalSeconds} seconds");

    /// <summary>Reads a duration; null when the text is absent or says nothing known.</summary>
    public static TimeSpan? Parse(string? text)
    {
        var words = (text ?? "").ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = words is ["interval", ..] ? 1 : 0;
        if (words.Length == start || (words.Length - start) % 2 != 0)
            return null;
        var sum = TimeSpan.Zero;
        for (var i = start; i < words.Length; i += 2)
        {
            if (!int.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || Unit(words[i + 1].TrimEnd('s')) is not { } unit)
                return null;
            sum += unit * count;
        }
        return sum;
    }

    static TimeSpan? Unit(string name) => name switch
    {
        "week" => TimeSpan.FromDays(7),
        "day" => TimeSpan.FromDays(1),
        "hour" => TimeSpan.FromHours(1),
        "minute" => TimeSpan.FromMinutes(1),
        "second" => TimeSpan.FromSeconds(1),
        "millisecond" => TimeSpan.FromMilliseconds(1),
        _ => null,
    };
}
