using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Tapline.Serving.Lake;
using Tapline.Serving.Postgres;

namespace Tapline.Serving.Sql.Guard;

/// <summary>Walks one parsed statement. What it does not know is refused.</summary>
sealed class StatementCheck(VisibleRelations relations, bool isPostgres)
{
    static readonly FrozenSet<string> QueryNodes = Set(
        "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE");
    static readonly FrozenSet<string> TableRefs = Set(
        "BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT", "SHOW_REF", "CTE");
    static readonly FrozenSet<string> TableFunctions = Set(
        "range", "generate_series", "unnest", "json_each", "json_tree", "repeat_row", "pg_timezone_names",
        "icu_calendar_names", "regexp_split_to_table", "generate_subscripts");
    static readonly FrozenSet<string> InformationSchema = Set(
        "tables", "columns", "views", "schemata", "table_constraints", "key_column_usage", "referential_constraints",
        "constraint_column_usage");

    readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<JsonNode> _tableCalls = [];
    readonly FunctionCheck _functions = new();

    /// <summary>Whether the tree is another one now.</summary>
    public bool IsRewritten { get; private set; }

    /// <summary>Throws <see cref="SqlRefusedException"/> for what is not allowed.</summary>
    public void Check(JsonNode root)
    {
        CollectNames(root);
        Walk(root);
    }

    static FrozenSet<string> Set(params ReadOnlySpan<string> names) =>
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, names);

    void CollectNames(JsonNode? node)
    {
        if (node is JsonObject fields && fields["cte_map"]?["map"] is JsonArray ctes)
        {
            foreach (var cte in ctes)
                Name(cte!["key"]!.GetValue<string>());
        }
        foreach (var child in Children(node))
            CollectNames(child);
    }

    // A name that is none of a table can be that of a file to DuckDB, wherever it is out of the sight of the CTE.
    void Name(string cte)
    {
        if (!cte.All(static letter => char.IsLetterOrDigit(letter) || letter is '_' or ' ' or '-' or '$'))
            throw NotAllowed($"the name {cte} of a WITH", "name it with letters, digits and _");
        _named.Add(cte);
    }

    void Walk(JsonNode? node)
    {
        if (node is JsonObject fields)
            Look(fields);
        foreach (var child in Children(node))
            Walk(child);
    }

    static IEnumerable<JsonNode?> Children(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Select(static field => field.Value),
        JsonArray items => items,
        _ => [],
    };

    void Look(JsonObject fields)
    {
        if (fields["function_name"] is JsonValue && !_tableCalls.Contains(fields))
            _functions.CheckScalar(fields);
        if (fields["type"] is not JsonValue kind || !kind.TryGetValue<string>(out var type)
            || fields.ContainsKey("class"))
            return;
        if (type.EndsWith("_NODE", StringComparison.Ordinal) && !QueryNodes.Contains(type))
            throw NotAllowed($"a statement of the kind {type}");
        if (!fields.ContainsKey("sample") || !fields.ContainsKey("query_location"))
            return;
        if (!TableRefs.Contains(type))
            throw NotAllowed($"a table of the kind {type}");
        switch (type.ToUpperInvariant())
        {
            case "BASE_TABLE":
                CheckTable(fields);
                break;
            case "TABLE_FUNCTION":
                CheckTableFunction(fields);
                break;
            case "SHOW_REF":
                CheckShow(fields);
                break;
        }
    }

    void CheckTable(JsonObject table)
    {
        var catalog = Word(table, "catalog_name");
        var schema = Word(table, "schema_name");
        var name = Word(table, "table_name");
        if (table["at_clause"] is not null)
            throw NotAllowed("AT", "older cuts are asked for with as_of");
        if (catalog.Length == 0 && !relations.HasSchema(schema) && Is(schema, relations.Catalog))
            (catalog, schema) = (schema, VisibleRelations.Main);
        if (catalog.Length > 0 && !Is(catalog, relations.Catalog))
            throw Unknown($"{catalog}.{schema}.{name}");
        if (Is(schema, "information_schema") && InformationSchema.Contains(name))
        {
            table["schema_name"] = ScopeViews.InformationSchema;
            IsRewritten = true;
            return;
        }
        if (schema.Length == 0 && (_named.Contains(name) || relations.Has(VisibleRelations.Main, name)))
            return;
        if (schema.Length > 0 && relations.Has(schema, name))
            return;
        if (isPostgres && schema.Length == 0 && relations.SearchPath.Any(place => relations.Has(place, name)))
            return;
        if (isPostgres && PgCatalog.Names.Contains(name) && (schema.Length == 0 || Is(schema, PgDialect.Catalog)))
            return;
        throw Unknown(schema.Length == 0 ? name : $"{schema}.{name}");
    }

    void CheckTableFunction(JsonObject reference)
    {
        var function = reference["function"] as JsonObject
            ?? throw NotAllowed("a table function of this kind");
        var name = Word(function, "function_name");
        if (!TableFunctions.Contains(name))
            throw NotAllowed($"the table function {name}", "the lake's tables stand in information_schema.tables");
        _tableCalls.Add(function);
    }

    void CheckShow(JsonObject show)
    {
        var isTables = show["query"] is null && Word(show, "table_name") is "\"tables\"" or "tables";
        if (!isTables && show["query"] is not JsonObject)
            throw NotAllowed("this SHOW", "SHOW TABLES, DESCRIBE and information_schema are allowed");
    }

    static string Word(JsonObject fields, string name) => fields[name]?.GetValue<string>() ?? "";

    static bool Is(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    static SqlRefusedException Unknown(string name) => new(
        SqlFault.UnknownTable, $"there is no table {name}", "information_schema.tables names those there are");

    static SqlRefusedException NotAllowed(string what, string? hint = null) =>
        new(SqlFault.NotAllowed, $"{what} is not allowed here", hint);
}
