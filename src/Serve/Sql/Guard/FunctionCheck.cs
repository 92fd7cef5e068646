using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tapline.Serving.Sql.Guard;

/// <summary>Refuses the functions that look behind the tables, hold a thread for nothing, or make values of any length,
/// which DuckDB does not count as memory of a statement.</summary>
sealed partial class FunctionCheck
{
    const long LengthMax = 10_000;
    const long ElementsMax = 1_000_000;

    static readonly FrozenSet<string> Refused = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "getvariable", "current_setting", "write_log", "sleep_ms", "pg_sleep", "pg_get_viewdef", "current_query",
        "error", "nextval", "currval", "parse_duckdb_log_message", "printf");

    // The argument, from 0, that says how long the result gets.
    static readonly FrozenDictionary<string, int> Lengths = new Dictionary<string, int>
    {
        ["repeat"] = 1,
        ["lpad"] = 1,
        ["rpad"] = 1,
        ["list_resize"] = 1,
        ["array_resize"] = 1,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    int _lengthening;

    /// <summary>Throws <see cref="SqlRefusedException"/> for a call that is not allowed.</summary>
    public void CheckScalar(JsonObject call)
    {
        var name = call["function_name"]!.GetValue<string>();
        if (Refused.Contains(name) || name.StartsWith("tapline_", StringComparison.OrdinalIgnoreCase))
            throw new SqlRefusedException(SqlFault.NotAllowed, $"the function {name} is not allowed here");
        var arguments = call["children"] as JsonArray ?? [];
        if (name.Equals("format", StringComparison.OrdinalIgnoreCase) && !IsShortFormat(arguments))
            throw TooLong(name);
        if (name.ToUpperInvariant() is "RANGE" or "GENERATE_SERIES"
            && arguments.Any(static argument => Constant(argument) > ElementsMax))
            throw TooLong(name);
        if (!Lengths.TryGetValue(name, out var place))
            return;
        // Two of them multiply.
        if (++_lengthening > 1 && name.Equals("repeat", StringComparison.OrdinalIgnoreCase))
            throw new SqlRefusedException(SqlFault.NotAllowed, "repeat is allowed once in a statement");
        if (arguments.Count <= place || Constant(arguments[place]) is not { } length || length > LengthMax)
            throw TooLong(name);
    }

    // A width in it makes text of that length.
    static bool IsShortFormat(JsonArray arguments) =>
        arguments.Count > 0
        && arguments[0]?["value"]?["value"] is JsonValue text
        && text.TryGetValue<string>(out var format)
        && !format.Contains(":{", StringComparison.Ordinal)
        && !LongNumber().IsMatch(format);

    static long? Constant(JsonNode? argument) =>
        argument?["type"]?.GetValue<string>() == "VALUE_CONSTANT" && argument["value"]?["value"] is JsonValue value
        && long.TryParse(
            value.ToJsonString().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    static SqlRefusedException TooLong(string name) => new(
        SqlFault.NotAllowed,
        $"{name} may not make so much here",
        $"at most {LengthMax} characters, or {ElementsMax} elements, by a length that is a plain number");

    [GeneratedRegex("[0-9]{5}")]
    private static partial Regex LongNumber();
}
