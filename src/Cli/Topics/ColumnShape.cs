using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tapline.Cli.Topics;

/// <summary>What the values of one column look like.</summary>
sealed partial class ColumnShape(string name)
{
    const string Placeholder = "__debezium_unavailable_value";

    readonly HashSet<string> _types = new(StringComparer.Ordinal);
    bool _maybeBytes;

    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>Whether a null was seen.</summary>
    public bool HasNull { get; private set; }

    /// <summary>Whether values look like short pieces of base64.</summary>
    public bool LooksLikeBase64 => _maybeBytes && Type == "text";

    /// <summary>Whether a value was an array.</summary>
    public bool IsArray => _types.Any(static type => type.EndsWith("[]", StringComparison.Ordinal));

    /// <summary>The PostgreSQL type that fits all that was seen: a guess.</summary>
    public string Type => _types.Count switch
    {
        0 => "text",
        1 => _types.First(),
        _ when _types.IsSubsetOf(["bigint", "double precision"]) => "double precision",
        _ => "text",
    };

    /// <summary>What the topic cannot tell of it; null when there is nothing.</summary>
    public string? Doubt => _types.Count == 0
        ? "only null was seen"
        : LooksLikeBase64
            ? "looks like base64: a numeric of decimal.handling.mode=precise, whose scale the topic does not tell "
                + "(declare numeric(p,s)), or bytea"
            : Type switch
            {
                "bigint" => "an integer; dates, times and timestamps look alike",
                "double precision" => "may be a numeric of decimal.handling.mode=double, which has lost digits",
                "text" when _types.Count > 1 => $"values of several kinds: {string.Join(", ", _types.Order())}",
                _ => null,
            };

    /// <summary>Takes a value into account.</summary>
    public void See(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                HasNull = true;
                break;
            case JsonValueKind.True or JsonValueKind.False:
                _types.Add("boolean");
                break;
            case JsonValueKind.Number:
                _types.Add(value.TryGetInt64(out var number) ? OfInteger(number) : "double precision");
                break;
            case JsonValueKind.String:
                SeeText(value.GetString()!);
                break;
            case JsonValueKind.Object:
                _types.Add(OfObject(value));
                break;
            case JsonValueKind.Array:
                _types.Add(OfArray(value));
                break;
        }
    }

    // Microseconds, milliseconds and days of this century, where the name speaks of a time too.
    string OfInteger(long number) => number switch
    {
        >= 946_684_800_000_000 and < 4_102_444_800_000_000 when TimeName().IsMatch(name) => "timestamp",
        >= 946_684_800_000 and < 4_102_444_800_000 when TimeName().IsMatch(name) => "timestamp(3)",
        >= 3_652 and < 47_482 when DayName().IsMatch(name) => "date",
        _ => "bigint",
    };

    void SeeText(string text)
    {
        if (text == Placeholder)
            return; // It stands for a value of any type.
        _types.Add(Uuid().IsMatch(text) ? "uuid"
            : Timestamp().IsMatch(text) ? "timestamptz"
            : Day().IsMatch(text) ? "date"
            : text.StartsWith('{') && text.EndsWith('}') && text.Contains(':', StringComparison.Ordinal) ? "jsonb"
            : "text");
        _maybeBytes |= text.Length is >= 4 and <= 24 && text.EndsWith('=') && Base64().IsMatch(text);
    }

    static string OfObject(JsonElement value) =>
        value.TryGetProperty("scale", out _) && value.TryGetProperty("value", out _) ? "numeric"
        : value.TryGetProperty("wkb", out _) ? value.TryGetProperty("x", out _) ? "point" : "geometry"
        : "jsonb";

    static string OfArray(JsonElement value)
    {
        var kinds = value.EnumerateArray().Select(static item => item.ValueKind)
            .Where(static kind => kind != JsonValueKind.Null).Distinct().ToList();
        return kinds switch
        {
            [JsonValueKind.Number] => "bigint[]",
            [JsonValueKind.True or JsonValueKind.False] => "boolean[]",
            _ => "text[]",
        };
    }

    [GeneratedRegex("(_at|_on|_ts|time|date|since|until|created|updated|expires)", RegexOptions.IgnoreCase)]
    private static partial Regex TimeName();

    [GeneratedRegex("(_on|day|date|since|until|birth)", RegexOptions.IgnoreCase)]
    private static partial Regex DayName();

    [GeneratedRegex("^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^-?\d{4,6}-\d\d-\d\dT\d\d:\d\d")]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dZ?$")]
    private static partial Regex Day();

    [GeneratedRegex("^[A-Za-z0-9+/]+={1,2}$")]
    private static partial Regex Base64();
}
