using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>Values of database and lake brought to one spelling: types without a lake counterpart are kept as the
/// connector writes them, which is not how the database prints them.</summary>
static class CapturedText
{
    // Of a year or month the connector takes the mean length: a year is 365.25 days.
    const decimal DaysOfMonth = 365.25m / 12;
    const decimal MicrosecondsOfSecond = 1_000_000m;
    const decimal SecondsOfDay = 86_400m;

    /// <summary>The database's text.</summary>
    public static string? OfDatabase(ColumnSchema column, string? text) => text is null ? null : Kind(column) switch
    {
        SpellingKind.Array => JsonSerializer.Serialize(ArrayElements(text)),
        SpellingKind.Interval => Microseconds(text).ToString(CultureInfo.InvariantCulture),
        SpellingKind.Time => $"{text}Z",
        SpellingKind.TimeWithZone => InUtc(text),
        SpellingKind.Hstore => JsonSerializer.Serialize(HstorePairs(text)),
        SpellingKind.Vector => Numbers(text),
        _ => CellText.Normal(column, text),
    };

    /// <summary>The lake's text.</summary>
    public static string? OfLake(ColumnSchema column, string? text) => text is null ? null : Kind(column) switch
    {
        SpellingKind.Array => JsonSerializer.Serialize(Elements(text)),
        SpellingKind.Point => Point(text),
        SpellingKind.Geometry => Geometry(text),
        SpellingKind.Vector => Numbers(text),
        SpellingKind.Hstore => JsonSerializer.Serialize(Pairs(text)),
        _ => text,
    };

    static SpellingKind Kind(ColumnSchema column) => column.Type != ColumnType.String
        ? SpellingKind.Plain
        : PostgresTypes.Split(column.SourceType).Name switch
        {
            _ when column.SourceType.EndsWith("[]", StringComparison.Ordinal) => SpellingKind.Array,
            var name when name.StartsWith("interval", StringComparison.Ordinal) => SpellingKind.Interval,
            "time without time zone" => SpellingKind.Time,
            "time with time zone" => SpellingKind.TimeWithZone,
            "point" => SpellingKind.Point,
            "geometry" or "geography" => SpellingKind.Geometry,
            "hstore" => SpellingKind.Hstore,
            "vector" or "halfvec" => SpellingKind.Vector,
            _ => SpellingKind.Plain,
        };

    // 13:14:15.123-05:30
    static string InUtc(string text)
    {
        var sign = text.LastIndexOfAny(['+', '-']);
        var offset = text[(sign + 1)..];
        var shift = TimeSpan.Parse(offset.Contains(':') ? offset : $"{offset}:00", CultureInfo.InvariantCulture);
        var clock = TimeSpan.Parse(text[..sign], CultureInfo.InvariantCulture) + (text[sign] == '-' ? shift : -shift);
        var time = new DateTime(clock.Ticks + TimeSpan.TicksPerDay, DateTimeKind.Utc);
        return time.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + "Z";
    }

    static string Numbers(string list) => string.Join(',', list.Trim('[', ']').Split(',').Select(static number =>
        double.Parse(number, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)));

    static string Geometry(string json)
    {
        using var geometry = JsonDocument.Parse(json);
        return Convert.ToHexString(geometry.RootElement.GetProperty("wkb").GetBytesFromBase64());
    }

    static string Point(string json)
    {
        using var point = JsonDocument.Parse(json);
        return $"({point.RootElement.GetProperty("x").GetRawText()},{point.RootElement.GetProperty("y").GetRawText()})"
            .Replace(".0,", ",", StringComparison.Ordinal).Replace(".0)", ")", StringComparison.Ordinal);
    }

    // 1 year 2 mons -3 days 04:05:06.789
    static long Microseconds(string interval)
    {
        var words = interval.Split(' ');
        var seconds = 0m;
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i].Contains(':'))
            {
                var parts = words[i].TrimStart('-', '+').Split(':');
                var clock = Number(parts[0]) * 3600 + Number(parts[1]) * 60 + Number(parts[2]);
                seconds += words[i][0] == '-' ? -clock : clock;
                continue;
            }
            var count = Number(words[i]);
            seconds += count * SecondsOfDay * words[++i].TrimEnd('s') switch
            {
                "year" => 12 * DaysOfMonth,
                "mon" => DaysOfMonth,
                "day" => 1,
                var unit => throw new FormatException($"an interval's unit {unit}"),
            };
        }
        return (long)(seconds * MicrosecondsOfSecond);

        static decimal Number(string digits) => decimal.Parse(digits, CultureInfo.InvariantCulture);
    }

    // {a,"b \"q\"",NULL}
    static List<string?> ArrayElements(string text)
    {
        var elements = new List<string?>();
        var at = 1;
        while (text[at] != '}')
        {
            var quoted = text[at] == '"';
            var element = quoted ? Quoted(text, ref at) : Bare(text, ref at);
            elements.Add(element switch
            {
                _ when quoted => element,
                "NULL" => null,
                "t" => "true",
                "f" => "false",
                _ => element,
            });
            if (text[at] == ',')
                at++;
        }
        return elements;
    }

    static List<string?> Elements(string json)
    {
        using var array = JsonDocument.Parse(json);
        return [.. array.RootElement.EnumerateArray().Select(Text)];
    }

    // "a"=>"1", "b c"=>NULL
    static SortedDictionary<string, string?> HstorePairs(string text)
    {
        var pairs = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            var key = Quoted(text, ref at);
            at += "=>".Length;
            pairs.Add(key, text[at] == '"' ? Quoted(text, ref at) : null);
            at = text.IndexOf('"', at) is var next and >= 0 ? next : text.Length;
        }
        return pairs;
    }

    static SortedDictionary<string, string?> Pairs(string json)
    {
        using var map = JsonDocument.Parse(json);
        return new SortedDictionary<string, string?>(
            map.RootElement.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => Text(pair.Value)),
            StringComparer.Ordinal);
    }

    static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    static string Quoted(string text, ref int at)
    {
        var value = new StringBuilder();
        for (at++; text[at] != '"'; at++)
        {
            if (text[at] == '\\')
                at++;
            value.Append(text[at]);
        }
        at++;
        return value.ToString();
    }

    static string Bare(string text, ref int at)
    {
        var start = at;
        at = text.IndexOfAny([',', '}'], at);
        return text[start..at];
    }

    enum SpellingKind
    {
        Plain,
        Array,
        Interval,
        Time,
        TimeWithZone,
        Point,
        Geometry,
        Vector,
        Hstore,
    }
}
