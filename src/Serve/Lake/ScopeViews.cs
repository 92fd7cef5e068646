using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Postgres;

namespace Tapline.Serving.Lake;

/// <summary>The views that one scope sees, in a database of their own. Moves from cut to cut in one transaction each,
/// so that a statement sees one cut.</summary>
sealed class ScopeViews
{
    /// <summary>Where the views stand that are shown for <c>information_schema</c>.</summary>
    public const string InformationSchema = "tapline_information_schema";

    readonly QueryScope _scope;
    readonly TenantColumns _tenants;
    readonly Dictionary<(string Schema, string Name), string> _shown = [];

    ScopeViews(string catalog, QueryScope scope, TenantColumns tenants)
    {
        (_scope, _tenants) = (scope, tenants);
        Relations = new VisibleRelations(catalog, []);
    }

    /// <summary>What the scope sees.</summary>
    public VisibleRelations Relations { get; private set; }

    /// <summary>The cut that is shown.</summary>
    public object? Cut { get; private set; }

    /// <summary>When somebody asked last.</summary>
    public long UsedAt { get; set; }

    /// <summary>Makes the database of a scope.</summary>
    public static ScopeViews Attach(
        DuckDbConnection connection, string catalog, QueryScope scope, TenantColumns tenants)
    {
        connection.Execute($"ATTACH ':memory:' AS {SqlText.Identifier(catalog)}");
        connection.Execute(CatalogSql(catalog));
        connection.Execute(PgCatalog.Sql(catalog));
        return new ScopeViews(catalog, scope, tenants);
    }

    /// <summary>Shows the tables of a cut.</summary>
    public void Show(DuckDbConnection connection, object cut, IEnumerable<PinnedTable> tables)
    {
        if (ReferenceEquals(cut, Cut))
            return;
        var wanted = new Dictionary<(string Schema, string Name), string>();
        foreach (var table in tables)
        {
            if (Condition(table.Table) is not { } condition)
                continue;
            foreach (var view in table.Views)
                wanted[(view.Schema, view.Name)] = Restricted(view.Select, condition);
        }
        VisibleRelations relations;
        connection.Execute("BEGIN TRANSACTION");
        try
        {
            foreach (var gone in _shown.Keys.Where(key => !wanted.ContainsKey(key)))
                connection.Execute($"DROP VIEW {Name(gone)}");
            foreach (var (key, sql) in wanted)
            {
                if (_shown.GetValueOrDefault(key) == sql)
                    continue;
                connection.Execute(
                    $"CREATE SCHEMA IF NOT EXISTS {Catalog}.{SqlText.Identifier(key.Schema)}; "
                    + $"CREATE OR REPLACE VIEW {Name(key)} AS {sql}");
            }
            relations = new VisibleRelations(Relations.Catalog, wanted.Keys);
            connection.Execute(PgCatalog.SearchPathSql(relations));
            connection.Execute("COMMIT");
        }
        catch
        {
            connection.Execute("ROLLBACK");
            throw;
        }
        _shown.Clear();
        foreach (var (key, sql) in wanted)
            _shown.Add(key, sql);
        Relations = relations;
        Cut = cut;
    }

    string Catalog => SqlText.Identifier(Relations.Catalog);

    string Name((string Schema, string Name) view) =>
        $"{Catalog}.{SqlText.Identifier(view.Schema)}.{SqlText.Identifier(view.Name)}";

    static string Restricted(string select, string condition) =>
        condition.Length == 0 ? select : $"SELECT * FROM ({select}) AS t WHERE {condition}";

    // Nothing for all rows; null where the scope does not see the table at all.
    string? Condition(LakeTable table)
    {
        if (_scope.Tenant is not { } tenant)
            return "";
        if (_tenants.Of(table) is not { } name)
            return null;
        var column = table.Scan.Columns.First(column => column.Name == name);
        return $"t.{SqlText.Identifier(name)} = TRY_CAST({SqlText.Literal(tenant)} AS {column.SqlType})";
    }

    // DuckDB's own views show what all scopes have, and the text of views.
    static string CatalogSql(string catalog)
    {
        var name = SqlText.Identifier(catalog);
        var of = SqlText.Literal(catalog);
        var own = "NOT starts_with(table_schema, 'tapline_')";
        return $"""
            CREATE SCHEMA {name}.{InformationSchema};
            CREATE VIEW {name}.{InformationSchema}.tables AS
                SELECT * REPLACE ('BASE TABLE' AS table_type)
                FROM system.information_schema.tables WHERE table_catalog = {of} AND {own};
            CREATE VIEW {name}.{InformationSchema}.columns AS
                SELECT * FROM system.information_schema.columns WHERE table_catalog = {of} AND {own};
            CREATE VIEW {name}.{InformationSchema}.views AS
                SELECT * REPLACE (NULL::VARCHAR AS view_definition)
                FROM system.information_schema.views WHERE table_catalog = {of} AND {own};
            CREATE VIEW {name}.{InformationSchema}.schemata AS
                SELECT * FROM system.information_schema.schemata
                WHERE catalog_name = {of} AND NOT starts_with(schema_name, 'tapline_');
            CREATE VIEW {name}.{InformationSchema}.table_constraints AS
                SELECT * FROM system.information_schema.table_constraints WHERE false;
            CREATE VIEW {name}.{InformationSchema}.key_column_usage AS
                SELECT * FROM system.information_schema.key_column_usage WHERE false;
            CREATE VIEW {name}.{InformationSchema}.referential_constraints AS
                SELECT * FROM system.information_schema.referential_constraints WHERE false;
            CREATE VIEW {name}.{InformationSchema}.constraint_column_usage AS
                SELECT * FROM system.information_schema.constraint_column_usage WHERE false;
            """;
    }
}
