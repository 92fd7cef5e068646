using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models.Lineage;

/// <summary>The macros of a package, parsed, and the names of DuckDB's aggregates.</summary>
sealed class MacroBodies
{
    readonly ILookup<string, MacroBody> _macros;
    readonly FrozenSet<string> _aggregates;

    MacroBodies(ILookup<string, MacroBody> macros, FrozenSet<string> aggregates) =>
        (_macros, _aggregates) = (macros, aggregates);

    /// <summary>Reads what a database knows.</summary>
    public static MacroBodies Of(DuckDbConnection connection)
    {
        var macros = Rows(connection, """
            select function_name, function_type, macro_definition, parameter
            from (
              select *, unnest([''] || parameters) as parameter, generate_subscripts([''] || parameters, 1) as place
              from (
                select *, row_number() over () as number
                from duckdb_functions()
                where not internal and function_type in ('macro', 'table_macro')
              )
            )
            order by number, place
            """);
        var bodies = new List<MacroBody>();
        foreach (var (name, type, definition, parameter) in macros)
        {
            if (parameter.Length > 0)
            {
                bodies[^1] = bodies[^1] with { Parameters = bodies[^1].Parameters.Add(parameter) };
                continue;
            }
            var isTable = type == "table_macro";
            var body = SqlTree.Statement(connection, isTable ? definition : $"select {definition}");
            bodies.Add(new MacroBody(name, body.GetProperty("node"), isTable));
        }
        var aggregates = Rows(connection, """
            select distinct function_name, '', '', '' from duckdb_functions() where function_type = 'aggregate'
            """);
        return new MacroBodies(
            bodies.ToLookup(static body => body.Name, StringComparer.OrdinalIgnoreCase),
            aggregates.Select(static row => row.Name).Append("count_star")
                .ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The macro that a call means; null where it is no macro of the package.</summary>
    public MacroBody? Find(string name, int arguments) =>
        _macros[name].FirstOrDefault(body => body.Parameters.Length == arguments) ?? _macros[name].FirstOrDefault();

    /// <summary>Whether a function is an aggregate.</summary>
    public bool IsAggregate(string function) => _aggregates.Contains(function);

    /// <summary>Whether an expression aggregates rows, not counting windows and subqueries.</summary>
    public bool Aggregates(JsonElement expression)
    {
        if (expression.ValueKind == JsonValueKind.Array)
            return expression.EnumerateArray().Any(Aggregates);
        if (expression.ValueKind != JsonValueKind.Object)
            return false;
        if (expression.TryGetProperty("class", out var kind) && kind.GetString() is "SUBQUERY")
            return false;
        if (kind.ValueKind == JsonValueKind.String && kind.GetString() == "FUNCTION")
        {
            var name = expression.GetProperty("function_name").GetString()!;
            var macro = Find(name, expression.GetProperty("children").GetArrayLength());
            if (IsAggregate(name) || (macro is not null && Aggregates(macro.Node.GetProperty("select_list"))))
                return true;
        }
        return expression.EnumerateObject().Any(property => Aggregates(property.Value));
    }

    static List<(string Name, string Type, string Definition, string Parameter)> Rows(
        DuckDbConnection connection, string sql)
    {
        var rows = new List<(string, string, string, string)>();
        using var result = connection.Query(sql);
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
                rows.Add((Text(chunk, 0, row), Text(chunk, 1, row), Text(chunk, 2, row), Text(chunk, 3, row)));
        }
        return rows;
    }

    static string Text(DuckDbChunk chunk, int column, int row) =>
        chunk.Column(column).IsNull(row) ? "" : Encoding.UTF8.GetString(chunk.Column(column).Bytes(row));
}

/// <summary>A macro: a SELECT in which parameters stand for what a call gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">The SELECT; of a scalar macro with one column.</param>
/// <param name="IsTable">Whether it stands in FROM.</param>
sealed record MacroBody(string Name, JsonElement Node, bool IsTable)
{
    /// <summary>The parameters in their order.</summary>
    public ImmutableArray<string> Parameters { get; init; } = [];
}
