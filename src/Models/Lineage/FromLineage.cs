using System.Collections.Immutable;
using System.Text.Json;

namespace Tapline.Models.Lineage;

/// <summary>What FROM brings into a scope: tables, subqueries, joins, functions, values.</summary>
sealed class FromLineage(
    QueryLineage queries, ExpressionLineage expressions, MacroBodies macros, Func<string, QueryColumns?> relation)
{
    /// <summary>Adds what a reference stands for.</summary>
    public void Add(JsonElement from, Scope scope)
    {
        switch (from.GetProperty("type").GetString())
        {
            case "EMPTY":
                break;
            case "BASE_TABLE":
                var name = from.GetProperty("table_name").GetString()!;
                Add(from, name, scope.Query(name) ?? relation(name) ?? Nothing, scope);
                break;
            case "SUBQUERY":
                Add(from, "", queries.Of(from.GetProperty("subquery").GetProperty("node"), scope), scope);
                break;
            case "JOIN":
                AddJoin(from, scope);
                break;
            case "TABLE_FUNCTION":
                AddFunction(from, scope);
                break;
            case "EXPRESSION_LIST":
                AddValues(from, scope);
                break;
            default:
                // A PIVOT has columns that only its data names.
                var any = AllIn(from, scope);
                Add(from, "", Nothing with { Other = any, Rows = any.AsFilter(), Identity = any }, scope);
                break;
        }
    }

    /// <summary>All columns of all that is read anywhere in a piece of SQL.</summary>
    public InputSet AllIn(JsonElement element, Scope scope)
    {
        if (element.ValueKind == JsonValueKind.Array)
            return InputSet.Union(element.EnumerateArray().Select(item => AllIn(item, scope)));
        if (element.ValueKind != JsonValueKind.Object)
            return InputSet.None;
        if (element.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            && type.GetString() == "BASE_TABLE")
        {
            var name = element.GetProperty("table_name").GetString()!;
            var table = scope.Query(name) ?? relation(name) ?? Nothing;
            return table.Any.With(table.Rows);
        }
        return InputSet.Union(element.EnumerateObject().Select(property => AllIn(property.Value, scope)));
    }

    static QueryColumns Nothing => new([]);

    static void Add(JsonElement from, string name, QueryColumns columns, Scope scope)
    {
        var alias = from.TryGetProperty("alias", out var given) ? given.GetString() ?? "" : "";
        alias = alias.Length > 0 ? alias : name;
        scope.Add(alias, columns.Renamed(QueryLineage.Names(from, "column_name_alias")));
    }

    void AddJoin(JsonElement join, Scope scope)
    {
        Add(join.GetProperty("left"), scope);
        var (right, rowsBefore) = (scope.TableCount, scope.Rows);
        Add(join.GetProperty("right"), scope);
        var kind = join.GetProperty("join_type").GetString();
        var shared = join.GetProperty("ref_type").GetString() == "NATURAL"
            ? scope.Common(right)
            : QueryLineage.Names(join, "using_columns");
        foreach (var column in shared)
            scope.Share(column, right, keepsLeft: kind != "RIGHT", keepsRight: kind is "RIGHT" or "OUTER" or "FULL");
        scope.Narrow(expressions.Of(join.GetProperty("condition"), scope));
        if (kind is "SEMI" or "ANTI")
            scope.Hide(right);
        else if (kind == "LEFT")
            scope.MakeOptional(right, rowsBefore);
    }

    void AddFunction(JsonElement from, Scope scope)
    {
        var function = from.GetProperty("function");
        var name = function.GetProperty("function_name").GetString()!;
        var arguments = function.GetProperty("children");
        if (macros.Find(name, arguments.GetArrayLength()) is { IsTable: true } macro)
        {
            Add(from, name, queries.Of(macro.Node, expressions.WithParameters(macro, arguments, scope)), scope);
            return;
        }
        // Each of its columns, and how many rows it has, follows from all that it is given.
        var inputs = expressions.Of(arguments, scope);
        Add(from, name, new QueryColumns([new QueryColumn(name, inputs)])
        {
            Other = inputs,
            Rows = inputs.AsFilter(),
            Identity = inputs,
        }, scope);
    }

    void AddValues(JsonElement from, Scope scope)
    {
        var columns = new List<QueryColumn>();
        foreach (var row in from.GetProperty("values").EnumerateArray())
        {
            var place = 0;
            foreach (var value in row.EnumerateArray())
            {
                if (columns.Count == place)
                    columns.Add(new QueryColumn($"col{place}", InputSet.None));
                columns[place] = columns[place] with
                {
                    Inputs = columns[place].Inputs.With(expressions.Of(value, scope)),
                };
                place++;
            }
        }
        Add(from, "", new QueryColumns([.. columns]).Renamed(QueryLineage.Names(from, "expected_names")), scope);
    }
}
