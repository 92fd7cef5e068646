using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Tapline.Models.Lineage;

/// <summary>What an expression follows from.</summary>
/// <param name="queries">Follows subqueries.</param>
/// <param name="macros">What functions of the package are.</param>
sealed class ExpressionLineage(QueryLineage queries, MacroBodies macros)
{
    // Their last argument is a lambda; elsewhere -> takes a field out of JSON.
    static readonly FrozenSet<string> TakeLambdas = FrozenSet.ToFrozenSet(
        [
            "list_transform", "list_apply", "apply", "array_transform", "array_apply", "transform", "list_filter",
            "array_filter", "filter", "list_reduce", "array_reduce", "reduce",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>What it follows from; of anything but an expression, what the expressions in it do.</summary>
    public InputSet Of(JsonElement element, Scope scope)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return InputSet.Union(element.EnumerateArray().Select(item => Of(item, scope)));
        if (element.ValueKind != JsonValueKind.Object)
            return InputSet.None;
        return ClassOf(element) switch
        {
            "CONSTANT" => InputSet.None,
            "COLUMN_REF" => OfName(element, scope),
            "STAR" => InputSet.Union(StarColumns(element, scope).Select(static column => column.Inputs)),
            "FUNCTION" => OfFunction(element, scope),
            "WINDOW" => OfWindow(element, scope),
            "SUBQUERY" => OfSubquery(element, scope),
            _ => OfParts(element, scope),
        };
    }

    /// <summary>The class of an expression; null of what is none.</summary>
    public static string? ClassOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("class", out var kind)
            ? kind.GetString()
            : null;

    /// <summary>The columns that a star, or COLUMNS(…), stands for.</summary>
    public IEnumerable<QueryColumn> StarColumns(JsonElement star, Scope scope)
    {
        var excluded = Texts(star, "exclude_list")
            .Concat(Qualified(star, "qualified_exclude_list"))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var replaced = star.GetProperty("replace_list").EnumerateArray().ToDictionary(
            static pair => pair.GetProperty("key").GetString()!,
            static pair => pair.GetProperty("value"),
            StringComparer.OrdinalIgnoreCase);
        var renamed = star.TryGetProperty("rename_list", out var renames)
            ? renames.EnumerateArray().ToDictionary(
                static pair => NameIn(pair.GetProperty("key")),
                static pair => pair.GetProperty("value").GetString()!,
                StringComparer.OrdinalIgnoreCase)
            : [];
        var wanted = ColumnPattern.Of(star);
        foreach (var column in scope.Star(star.GetProperty("relation_name").GetString() ?? ""))
        {
            if (excluded.Contains(column.Name) || !wanted.Matches(column.Name))
                continue;
            yield return new QueryColumn(
                renamed.GetValueOrDefault(column.Name, column.Name),
                replaced.TryGetValue(column.Name, out var other) ? Of(other, scope) : column.Inputs);
        }
    }

    static InputSet OfName(JsonElement reference, Scope scope)
    {
        ImmutableArray<string> names =
            [.. reference.GetProperty("column_names").EnumerateArray().Select(static name => name.GetString()!)];
        // DuckDB has bound it: a name that is not found here can be any column.
        return scope.Find(names) ?? scope.Any;
    }

    InputSet OfFunction(JsonElement function, Scope scope)
    {
        var name = function.GetProperty("function_name").GetString()!;
        var children = function.GetProperty("children");
        var inputs = macros.Find(name, children.GetArrayLength()) is { IsTable: false } macro
            ? OfMacro(macro, children, scope)
            : InputSet.Union(children.EnumerateArray().Select(child => OfArgument(name, child, scope)));
        // sum(1) counts rows.
        if (inputs.Values.IsEmpty && macros.IsAggregate(name))
            inputs = inputs.With(scope.Identity);
        return inputs
            .With(Of(function.GetProperty("filter"), scope).AsFilter())
            .With(Of(function.GetProperty("order_bys"), scope).AsFilter());
    }

    InputSet OfArgument(string function, JsonElement argument, Scope scope)
    {
        if (ClassOf(argument) != "LAMBDA" || !TakeLambdas.Contains(function))
            return Of(argument, scope);
        // The elements that a lambda is given are those of the list, which is an argument, too.
        var inner = Scope.Inside(scope);
        foreach (var name in LambdaParameters(argument.GetProperty("lhs")))
            inner.Parameters[name] = InputSet.None;
        return Of(argument.GetProperty("expr"), inner);
    }

    static IEnumerable<string> LambdaParameters(JsonElement left) => ClassOf(left) switch
    {
        "COLUMN_REF" => Texts(left, "column_names"),
        "FUNCTION" => left.GetProperty("children").EnumerateArray().SelectMany(LambdaParameters),
        _ => [],
    };

    InputSet OfMacro(MacroBody macro, JsonElement arguments, Scope scope) =>
        Of(macro.Node.GetProperty("select_list"), WithParameters(macro, arguments, scope));

    /// <summary>A scope in which a macro's parameters stand for the arguments of a call.</summary>
    public Scope WithParameters(MacroBody macro, JsonElement arguments, Scope scope)
    {
        var given = arguments.EnumerateArray().Select(argument => Of(argument, scope)).ToList();
        var inner = Scope.Inside(scope);
        for (var i = 0; i < macro.Parameters.Length; i++)
        {
            // Arguments by name, and defaults, are not told apart.
            inner.Parameters[macro.Parameters[i]] =
                given.Count == macro.Parameters.Length ? given[i] : InputSet.Union(given);
        }
        return inner;
    }

    // lag(x) over (partition by a order by b) is a value of x; a and b say whose. The place of a row in an order, which
    // has no x, is a value of the order.
    InputSet OfWindow(JsonElement window, Scope scope)
    {
        var children = window.GetProperty("children");
        var arguments = Of(children, scope).With(Of(window.GetProperty("default_expr"), scope));
        var orders = Of(window.GetProperty("orders"), scope);
        if (arguments.Values.IsEmpty)
        {
            var counts = orders.Values.IsEmpty
                || window.GetProperty("type").GetString() == "WINDOW_AGGREGATE";
            arguments = arguments.With(counts ? scope.Identity : orders);
        }
        string[] deciding = ["partitions", "filter_expr", "start_expr", "end_expr", "offset_expr", "arg_orders"];
        return deciding
            .Where(part => window.TryGetProperty(part, out _))
            .Aggregate(arguments.With(orders.AsFilter()), (all, part) =>
                all.With(Of(window.GetProperty(part), scope).AsFilter()));
    }

    InputSet OfSubquery(JsonElement expression, Scope scope)
    {
        var query = queries.Of(expression.GetProperty("subquery").GetProperty("node"), scope);
        var isAboutRows = expression.GetProperty("subquery_type").GetString() is "EXISTS" or "NOT_EXISTS";
        return (isAboutRows ? query.Identity : query.Any)
            .With(query.Rows.AsFilter())
            .With(Of(expression.GetProperty("child"), scope));
    }

    InputSet OfParts(JsonElement element, Scope scope) =>
        InputSet.Union(element.EnumerateObject().Select(property => Of(property.Value, scope)));

    static IEnumerable<string> Texts(JsonElement element, string property) =>
        element.GetProperty(property).EnumerateArray().Select(static text => text.GetString()!);

    static IEnumerable<string> Qualified(JsonElement element, string property) =>
        element.TryGetProperty(property, out var list) ? list.EnumerateArray().Select(NameIn) : [];

    static string NameIn(JsonElement qualified) => qualified.ValueKind == JsonValueKind.String
        ? qualified.GetString()!
        : qualified.GetProperty("column").GetString()!;
}
