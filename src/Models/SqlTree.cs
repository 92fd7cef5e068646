using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models;

/// <summary>A statement as DuckDB's parser sees it: what it names, and at which place of the text.</summary>
sealed class SqlTree
{
    static readonly ImmutableHashSet<string> TimeWords =
        ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"];

    readonly string _sql;
    readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, int> _tables = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, int> _functions = new(StringComparer.OrdinalIgnoreCase);

    SqlTree(string sql, JsonElement statement)
    {
        _sql = sql;
        Walk(statement);
        Columns = statement.GetProperty("node") is var node && node.TryGetProperty("select_list", out var list)
            ? [.. list.EnumerateArray().Select(FoldColumn.Of)]
            : [];
    }

    /// <summary>The relations that the statement reads, without its own CTEs.</summary>
    public IEnumerable<string> Tables => _tables.Keys.Where(name => !_named.Contains(name));

    /// <summary>The functions that it calls, by their names in lower case.</summary>
    public IEnumerable<string> Functions => _functions.Keys;

    /// <summary>What the items of the outermost SELECT are.</summary>
    public ImmutableArray<FoldColumn> Columns { get; }

    /// <summary>The line of the text, from 0, on which a relation or function is named first.</summary>
    public int LineOf(string name)
    {
        var at = _tables.TryGetValue(name, out var place) || _functions.TryGetValue(name, out place) ? place : 0;
        return _sql.AsSpan(0, Math.Min(at, _sql.Length)).Count('\n');
    }

    /// <summary>Parses one SELECT. Throws <see cref="DuckDbException"/> where it is none.</summary>
    public static SqlTree Parse(DuckDbConnection connection, string sql) => new(sql, Statement(connection, sql));

    /// <summary>One SELECT as DuckDB's JSON has it. Throws <see cref="DuckDbException"/> where it is none.</summary>
    public static JsonElement Statement(DuckDbConnection connection, string sql)
    {
        using var result = connection.Query("select json_serialize_sql($1::varchar)", [sql]);
        using var chunk = result.NextChunk()!;
        using var document = JsonDocument.Parse(
            chunk.Column(0).Bytes(0).ToArray(), new JsonDocumentOptions { MaxDepth = 1000 });
        var root = document.RootElement;
        if (root.GetProperty("error").GetBoolean())
            throw new DuckDbException(Failure(root, sql));
        var statements = root.GetProperty("statements");
        if (statements.GetArrayLength() != 1)
            throw new DuckDbException($"Parser Error: one SELECT wanted, found {statements.GetArrayLength()}");
        return statements[0].Clone();
    }

    // The place is given in characters; DuckDB's other errors name a line.
    static string Failure(JsonElement root, string sql)
    {
        var message = root.GetProperty("error_message").GetString() ?? "it cannot be parsed";
        var line = root.TryGetProperty("position", out var text) && int.TryParse(text.GetString(), out var at)
            ? sql.AsSpan(0, Math.Clamp(at, 0, sql.Length)).Count('\n') + 1
            : 1;
        return $"Parser Error: {message}\nLINE {line}:";
    }

    void Walk(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Walk(item);
        }
        if (element.ValueKind != JsonValueKind.Object)
            return;
        Note(element);
        foreach (var property in element.EnumerateObject())
            Walk(property.Value);
    }

    void Note(JsonElement element)
    {
        if (element.TryGetProperty("cte_map", out var ctes))
        {
            foreach (var cte in ctes.GetProperty("map").EnumerateArray())
                _named.Add(cte.GetProperty("key").GetString()!);
        }
        if (element.TryGetProperty("table_name", out var table) && element.TryGetProperty("schema_name", out _))
            _tables.TryAdd(table.GetString()!, PlaceOf(element));
        if (element.TryGetProperty("function_name", out var function))
            _functions.TryAdd(function.GetString()!.ToLowerInvariant(), PlaceOf(element));
        if (element.TryGetProperty("column_names", out var names) && names.GetArrayLength() == 1
            && names[0].GetString() is { } word && TimeWords.Contains(word.ToLowerInvariant()))
            _functions.TryAdd(word.ToLowerInvariant(), PlaceOf(element));
    }

    int PlaceOf(JsonElement element) =>
        element.TryGetProperty("query_location", out var place) && place.TryGetInt64(out var at) && at < _sql.Length
            ? (int)at
            : 0;
}

/// <summary>An item of a SELECT as a fold needs it: the aggregate that it is, at bottom.</summary>
/// <param name="Aggregate">The aggregate function; null where there is none.</param>
/// <param name="IsDistinct">Whether it is over distinct values, which cannot be merged.</param>
/// <param name="HasFilter">Whether it leaves rows out.</param>
readonly record struct FoldColumn(string? Aggregate, bool IsDistinct, bool HasFilter)
{
    /// <summary>Whether it has a value also over no values at all: a sum that does not would be null in one way of
    /// counting and 0 in another, once its rows are gone.</summary>
    public bool IsNeverNull { get; init; }

    static readonly ImmutableHashSet<string> Aggregates =
    [
        "sum", "count", "count_star", "count_if", "countif", "min", "max", "bit_or", "bit_and", "bool_or", "bool_and",
        "avg", "mean", "any_value", "first", "last", "arg_max", "arg_min", "max_by", "min_by", "list", "array_agg",
        "string_agg", "median", "mode", "approx_count_distinct", "bit_xor", "product", "quantile", "stddev", "fsum",
    ];

    /// <summary>How two values of the column are merged; null where they cannot be.</summary>
    public Combiner? Combiner => (Aggregate, IsDistinct) switch
    {
        (null, _) => Models.Combiner.Key,
        ("min", _) => Models.Combiner.Min,
        ("max" or "bool_or", _) => Models.Combiner.Max,
        ("bool_and", _) => Models.Combiner.Min,
        ("bit_or", _) => Models.Combiner.BitOr,
        ("bit_and", _) => Models.Combiner.BitAnd,
        ("sum" or "count" or "count_star" or "count_if" or "countif", false) => Models.Combiner.Sum,
        _ => null,
    };

    /// <summary>Whether it counts all rows of the group.</summary>
    public bool CountsRows => Aggregate == "count_star" && !HasFilter;

    /// <summary>Looks through casts and <c>coalesce</c>.</summary>
    public static FoldColumn Of(JsonElement item)
    {
        var type = item.GetProperty("type").GetString();
        if (type == "OPERATOR_CAST")
            return Of(item.GetProperty("child"));
        if (type == "OPERATOR_COALESCE")
            return Of(item.GetProperty("children")[0]) with { IsNeverNull = true };
        if (type != "FUNCTION" || item.GetProperty("function_name").GetString() is not { } name)
            return default;
        if (Aggregates.Contains(name))
        {
            return new FoldColumn(
                name,
                item.GetProperty("distinct").GetBoolean(),
                item.GetProperty("filter").ValueKind != JsonValueKind.Null)
            {
                IsNeverNull = name.StartsWith("count", StringComparison.Ordinal),
            };
        }
        // An aggregate inside an expression has no rule of its own: sum(a) / sum(b) cannot be merged.
        return item.GetRawText().Contains("\"function_name\":\"sum\"", StringComparison.Ordinal)
            || item.GetRawText().Contains("\"function_name\":\"count", StringComparison.Ordinal)
            ? new FoldColumn(name, IsDistinct: true, HasFilter: false)
            : default;
    }
}
