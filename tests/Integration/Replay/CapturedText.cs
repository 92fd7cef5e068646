using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>Values of database and lake brought to one spelling: the lake has what our own source would have sent,
/// which is not always how the database prints it.</summary>
static class CapturedText
{
    // Of a year or month the connector takes the mean length: a year is 365.25 days.
    const decimal DaysOfMonth = 365.25m / 12;
    const decimal MicrosecondsOfSecond = 1_000_000m;
    const decimal SecondsOfDay = 86_400m;

    /// <summary>The database's text.</summary>
    public static string? OfDatabase(ColumnSchema column, string? text) => text is null ? null : Kind(column) switch
    {
        SpellingKind.Array => JsonSerializer.Serialize(
            ArrayElements(text).Select(element => element is null ? null : Element(column.SourceType[..^2], element))),
        SpellingKind.Interval => Whole(Microseconds(text)),
        SpellingKind.Time => $"{text}Z".Replace("24:00:00Z", "00:00:00Z", StringComparison.Ordinal),
        SpellingKind.TimeWithZone => InUtc(text),
        SpellingKind.Hstore => JsonSerializer.Serialize(HstorePairs(text)),
        SpellingKind.Character => text.TrimEnd(' '),
        _ => CellText.Normal(column, text),
    };

    /// <summary>The lake's text.</summary>
    public static string? OfLake(ColumnSchema column, string? text) => text is null ? null : Kind(column) switch
    {
        SpellingKind.Array => JsonSerializer.Serialize(Elements(text)),
        SpellingKind.Interval => Whole(IsoMicroseconds(text)),
        SpellingKind.Hstore => JsonSerializer.Serialize(Pairs(text)),
        SpellingKind.Character => text.TrimEnd(' '),
        _ => text,
    };

    /// <summary>Both texts where the lake's column has another type than the database's: a record's schema did not say
    /// it.</summary>
    public static (string? Database, string? Lake) AcrossTypes(
        ColumnSchema column, ColumnSchema stored, string? database, string? lake) =>
        (CellText.Normal(stored, CellText.Normal(column, database)), lake);

    static SpellingKind Kind(ColumnSchema column) => column.Type != ColumnType.String
        ? SpellingKind.Plain
        : PostgresTypes.Split(column.SourceType).Name switch
        {
            _ when column.SourceType.EndsWith("[]", StringComparison.Ordinal) => SpellingKind.Array,
            var name when name.StartsWith("interval", StringComparison.Ordinal) => SpellingKind.Interval,
            "time without time zone" => SpellingKind.Time,
            "time with time zone" => SpellingKind.TimeWithZone,
            "hstore" => SpellingKind.Hstore,
            // A cast to text drops the blanks at the end, which the source sends.
            "character" => SpellingKind.Character,
            _ => SpellingKind.Plain,
        };

    // An element in the spelling that our own source gives it.
    static string Element(string type, string text) => PostgresTypes.Split(type).Name switch
    {
        "bytea" => Convert.ToBase64String(Convert.FromHexString(text.AsSpan(@"\x".Length))),
        "date" when text == "infinity" => "+292278994-08-16Z",
        "timestamp without time zone" when text == "infinity" => "+294247-01-10T04:00:25.2Z",
        "timestamp without time zone" when text == "-infinity" => "-290308-12-21T19:59:27.6Z",
        "date" or "time without time zone" => $"{text}Z",
        "timestamp without time zone" => $"{text.Replace(' ', 'T')}Z",
        "timestamp with time zone" => Zoned(text),
        "hstore" => JsonSerializer.Serialize(HstorePairs(text)),
        _ => text,
    };

    // 2026-03-29 00:30:00.12+00
    static string Zoned(string text)
    {
        var local = text.Replace(' ', 'T')[..^"+00".Length];
        var point = local.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? $"{local}.000000Z" : $"{local.PadRight(point + 7, '0')}Z";
    }

    static string Whole(decimal microseconds) =>
        decimal.Truncate(microseconds).ToString(CultureInfo.InvariantCulture);

    // P1Y2M-3DT4H5M6.789S
    static decimal IsoMicroseconds(string text)
    {
        var (seconds, start, inTime) = (0m, 1, false);
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == 'T')
                (inTime, start) = (true, at + 1);
            else if (char.IsAsciiLetter(text[at]))
            {
                seconds += decimal.Parse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture) * text[at] switch
                {
                    'Y' => 12 * DaysOfMonth * SecondsOfDay,
                    'M' when !inTime => DaysOfMonth * SecondsOfDay,
                    'D' => SecondsOfDay,
                    'H' => 3600,
                    'M' => 60,
                    _ => 1,
                };
                start = at + 1;
            }
        }
        return seconds * MicrosecondsOfSecond;
    }

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

    // 1 year 2 mons -3 days 04:05:06.789
    static decimal Microseconds(string interval)
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
        return seconds * MicrosecondsOfSecond;

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
        Hstore,
        Character,
    }
}
