using System.Collections.Immutable;
using System.Text.Json;

namespace Tapline.Models.Lineage;

/// <summary>What the columns of a query follow from, by DuckDB's parsed SQL.</summary>
sealed class QueryLineage
{
    readonly MacroBodies _macros;
    readonly ExpressionLineage _expressions;
    readonly FromLineage _from;

    /// <param name="macros">What functions of the package are.</param>
    /// <param name="relation">The columns of a relation or model; null for none.</param>
    public QueryLineage(MacroBodies macros, Func<string, QueryColumns?> relation)
    {
        _macros = macros;
        _expressions = new ExpressionLineage(this, macros);
        _from = new FromLineage(this, _expressions, macros, relation);
    }

    /// <summary>What the columns of a node follow from: a SELECT, or several put together.</summary>
    public QueryColumns Of(JsonElement node, Scope? around)
    {
        var scope = new Scope(around);
        foreach (var cte in node.GetProperty("cte_map").GetProperty("map").EnumerateArray())
        {
            var body = cte.GetProperty("value");
            var query = Of(body.GetProperty("query").GetProperty("node"), scope);
            scope.Name(cte.GetProperty("key").GetString()!, query.Renamed(Names(body, "aliases")));
        }
        return node.GetProperty("type").GetString() switch
        {
            "SELECT_NODE" => OfSelect(node, scope),
            "SET_OPERATION_NODE" => OfSetOperation(node, scope),
            "RECURSIVE_CTE_NODE" => OfRecursion(node, scope),
            _ => Unknown(node, scope),
        };
    }

    /// <summary>A list of names of DuckDB's JSON.</summary>
    public static ImmutableArray<string> Names(JsonElement element, string property) =>
        element.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(static name => name.GetString()!)]
            : [];

    QueryColumns OfSelect(JsonElement select, Scope scope)
    {
        _from.Add(select.GetProperty("from_table"), scope);
        var columns = new List<QueryColumn>();
        var items = select.GetProperty("select_list").EnumerateArray().ToList();
        // The first column of each item: groups can be named by their places.
        foreach (var item in items)
        {
            foreach (var column in Expand(item, scope))
            {
                columns.Add(column);
                if (column.Name.Length > 0)
                    scope.Aliases.TryAdd(column.Name, column.Inputs);
            }
        }
        foreach (var part in (string[])["where_clause", "having", "qualify"])
            scope.Narrow(_expressions.Of(select.GetProperty(part), scope));
        var groups = Groups(select, items, columns, scope);
        scope.Narrow(groups ?? InputSet.None);
        NarrowByModifiers(select, scope);
        var isAggregated = groups is not null || items.Any(_macros.Aggregates)
            || _macros.Aggregates(select.GetProperty("having"));
        if (isAggregated || HasWindow(select.GetProperty("select_list")) || HasWindow(select.GetProperty("qualify")))
            scope.Narrow(scope.OptionalRows);
        return new QueryColumns([.. columns])
        {
            Rows = scope.Rows,
            Identity = isAggregated ? groups ?? InputSet.None : scope.Identity,
            Other = items.Any(static item => ExpressionLineage.ClassOf(item) == "STAR") ? scope.Other : null,
        };
    }

    // What groups follow from; null without any.
    InputSet? Groups(JsonElement select, List<JsonElement> items, List<QueryColumn> columns, Scope scope)
    {
        if (select.GetProperty("aggregate_handling").GetString() == "FORCE_AGGREGATES")
        {
            return InputSet.Union(items.Where(item => !_macros.Aggregates(item))
                .SelectMany(item => Expand(item, scope)).Select(static column => column.Inputs));
        }
        var groups = select.GetProperty("group_expressions").EnumerateArray().ToList();
        return groups.Count == 0
            ? null
            : InputSet.Union(groups.Select(group =>
                PlaceIn(group, columns.Count) is { } place ? columns[place].Inputs : _expressions.Of(group, scope)));
    }

    static int? PlaceIn(JsonElement group, int count) =>
        ExpressionLineage.ClassOf(group) == "CONSTANT"
        && group.GetProperty("value").TryGetProperty("value", out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var place) && place > 0 && place <= count
            ? place - 1
            : null;

    // An order says which rows there are only where not all of them are taken.
    void NarrowByModifiers(JsonElement node, Scope scope)
    {
        var modifiers = node.GetProperty("modifiers").EnumerateArray().ToList();
        var takesSome = modifiers.Any(static modifier => modifier.GetProperty("type").GetString() switch
        {
            "LIMIT_MODIFIER" or "LIMIT_PERCENT_MODIFIER" => true,
            "DISTINCT_MODIFIER" => modifier.GetProperty("distinct_on_targets").GetArrayLength() > 0,
            _ => false,
        });
        foreach (var modifier in takesSome ? modifiers : [])
            scope.Narrow(_expressions.Of(modifier, scope));
    }

    IEnumerable<QueryColumn> Expand(JsonElement item, Scope scope)
    {
        if (ExpressionLineage.ClassOf(item) == "STAR")
            return _expressions.StarColumns(item, scope);
        // One column for each that COLUMNS(…) stands for, with what else is in the expression.
        return StarIn(item) is { } star
            ? _expressions.StarColumns(star, scope).ToList().Select(column =>
                column with { Inputs = column.Inputs.With(WithoutStar(item, scope)) })
            : [new QueryColumn(NameOf(item), _expressions.Of(item, scope))];
    }

    InputSet WithoutStar(JsonElement element, Scope scope)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return InputSet.Union(element.EnumerateArray().Select(item => WithoutStar(item, scope)));
        if (element.ValueKind != JsonValueKind.Object || ExpressionLineage.ClassOf(element) == "STAR")
            return InputSet.None;
        return StarIn(element) is null
            ? _expressions.Of(element, scope)
            : InputSet.Union(element.EnumerateObject().Select(property => WithoutStar(property.Value, scope)));
    }

    static bool HasWindow(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Any(HasWindow),
        JsonValueKind.Object => ExpressionLineage.ClassOf(element) is var kind && kind != "SUBQUERY"
            && (kind == "WINDOW" || element.EnumerateObject().Any(static property => HasWindow(property.Value))),
        _ => false,
    };

    static JsonElement? StarIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Select(StarIn).FirstOrDefault(static star => star is not null),
        JsonValueKind.Object when ExpressionLineage.ClassOf(element) == "STAR" =>
            element.GetProperty("columns").GetBoolean() ? element : null,
        JsonValueKind.Object when ExpressionLineage.ClassOf(element) == "SUBQUERY" => null,
        JsonValueKind.Object => element.EnumerateObject().Select(static property => StarIn(property.Value))
            .FirstOrDefault(static star => star is not null),
        _ => null,
    };

    static string NameOf(JsonElement item) =>
        item.TryGetProperty("alias", out var alias) && alias.GetString() is { Length: > 0 } name ? name
        : ExpressionLineage.ClassOf(item) == "COLUMN_REF"
            ? item.GetProperty("column_names").EnumerateArray().Last().GetString()!
            : "";

    QueryColumns OfSetOperation(JsonElement node, Scope scope)
    {
        // Older versions of DuckDB have two sides, newer ones a list.
        JsonElement[] sides = node.TryGetProperty("children", out var children)
            ? [.. children.EnumerateArray()]
            : [node.GetProperty("left"), node.GetProperty("right")];
        var kind = node.GetProperty("setop_type").GetString();
        var result = sides.Select(side => Of(side, scope)).Aggregate((left, right) => Put(left, right, kind));
        var after = new Scope(scope);
        after.Add("", result);
        NarrowByModifiers(node, after);
        return result with { Rows = after.Rows };
    }

    static QueryColumns Put(QueryColumns left, QueryColumns right, string? kind)
    {
        var rows = left.Rows.With(right.Rows);
        if (kind is not ("UNION" or "UNION_BY_NAME"))
            return left with { Rows = rows.With(right.Any.AsFilter()) };
        var byName = kind == "UNION_BY_NAME";
        var columns = left.Columns.Select((column, i) => column with
        {
            Inputs = column.Inputs.With(
                (byName ? right.Find(column.Name) : i < right.Columns.Length ? right.Columns[i].Inputs : null)
                ?? InputSet.None),
        });
        var others = byName
            ? right.Columns.Where(column => left.Columns.All(each =>
                !each.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)))
            : [];
        return new QueryColumns([.. columns, .. others])
        {
            Rows = rows,
            Identity = left.Identity.With(right.Identity),
        };
    }

    // Until nothing is added: a step of the recursion reads what the steps before it gave.
    QueryColumns OfRecursion(JsonElement node, Scope scope)
    {
        var name = node.GetProperty("cte_name").GetString()!;
        var aliases = Names(node, "aliases");
        var result = Of(node.GetProperty("left"), scope).Renamed(aliases);
        while (true)
        {
            scope.Name(name, result);
            var next = Put(result, Of(node.GetProperty("right"), scope), "UNION");
            if (SizeOf(next) == SizeOf(result))
                return next;
            result = next;
        }
    }

    static int SizeOf(QueryColumns query) =>
        query.Columns.Select(static column => column.Inputs).Append(query.Rows).Append(query.Identity)
            .Sum(static set => set.Values.Count + set.Filters.Count);

    // A node that DuckDB has and this does not know: it follows from all that is read anywhere in it.
    QueryColumns Unknown(JsonElement node, Scope scope)
    {
        var any = _from.AllIn(node, scope);
        return new QueryColumns([]) { Other = any, Rows = any.AsFilter(), Identity = any };
    }
}
