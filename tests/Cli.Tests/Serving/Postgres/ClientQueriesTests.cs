using Npgsql;

namespace Tapline.Cli.Tests.Serving.Postgres;

/// <summary>What tools ask before a person asks anything, each in the least form that still has what is special about
/// it.</summary>
public sealed class ClientQueriesTests : IAsyncLifetime
{
    GivenPgServer _server = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await GivenPgServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static TheoryData<string, string, string> Queries => new()
    {
        { "grafana: version", "SELECT current_setting('server_version_num')::int/100 AS version", "1500" },
        { "grafana: extension", "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'timescaledb')", "False" },
        {
            "grafana: tables",
            """
            select quote_ident(table_name) as "table" from information_schema.tables
            where quote_ident(table_schema) not in ('information_schema', 'pg_catalog', '_timescaledb_cache')
              and table_type = 'BASE TABLE' and table_name = 'plans' and quote_ident(table_schema) IN (
                SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
                FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
                    array_upper(string_to_array(current_setting('search_path'), ','), 1)) as i,
                    string_to_array(current_setting('search_path'), ',') s)
            """,
            "plans"
        },
        { "grafana: what its editor writes", "SELECT count(*) FROM orders LIMIT 50", "100" },
        { "grafana: databases", "SELECT datname FROM pg_database WHERE datistemplate = false", "lake" },
        {
            "grafana: columns",
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'app' "
                + "AND table_name = 'orders' AND column_name = 'total'",
            "total|DECIMAL(12,2)"
        },
        { "sqlalchemy: version", "select pg_catalog.version()", "PostgreSQL 15.0 (Tapline)" },
        { "sqlalchemy: schema", "select current_schema()", "app" },
        { "sqlalchemy: isolation", "show transaction isolation level", "read committed" },
        { "sqlalchemy: strings", "show standard_conforming_strings", "on" },
        {
            "sqlalchemy: tables",
            """
            SELECT pg_catalog.pg_class.relname FROM pg_catalog.pg_class
            JOIN pg_catalog.pg_namespace ON pg_catalog.pg_namespace.oid = pg_catalog.pg_class.relnamespace
            WHERE pg_catalog.pg_class.relkind = ANY (ARRAY['r', 'p']) AND pg_catalog.pg_class.relpersistence != 't'
              AND pg_catalog.pg_table_is_visible(pg_catalog.pg_class.oid) AND pg_catalog.pg_namespace.nspname = 'app'
            ORDER BY 1
            """,
            "accounts;orders;plans"
        },
        {
            "sqlalchemy: columns",
            """
            SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
                 WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef) AS "default", a.attidentity
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            LEFT JOIN pg_catalog.pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum
            WHERE c.relname = 'plans' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum LIMIT 1
            """,
            "id|integer|False||"
        },
        {
            "sqlalchemy: identity",
            """
            SELECT pg_catalog.pg_attribute.attname, (SELECT json_build_object('always',
                pg_catalog.pg_attribute.attidentity = 'a', 'start', pg_catalog.pg_sequence.seqstart)
                FROM pg_catalog.pg_sequence WHERE pg_catalog.pg_attribute.attidentity != ''
                AND pg_catalog.pg_sequence.seqrelid = CAST(CAST(pg_catalog.pg_get_serial_sequence(CAST(CAST(
                    pg_catalog.pg_attribute.attrelid AS REGCLASS) AS TEXT), pg_catalog.pg_attribute.attname)
                    AS REGCLASS) AS OID)) AS identity_options
            FROM pg_catalog.pg_class LEFT OUTER JOIN pg_catalog.pg_attribute
              ON pg_catalog.pg_class.oid = pg_catalog.pg_attribute.attrelid AND pg_catalog.pg_attribute.attnum > 0
            WHERE pg_catalog.pg_class.relname IN ('plans') ORDER BY pg_catalog.pg_attribute.attnum LIMIT 1
            """,
            "id|"
        },
        {
            "sqlalchemy: keys",
            """
            SELECT attr.conrelid, array_agg(CAST(attr.attname AS TEXT) ORDER BY attr.ord) AS cols, attr.conname
            FROM (SELECT con.conrelid, con.conname, con.ord, a.attname FROM
                (SELECT c.conrelid, c.conname, unnest(c.conkey) AS attnum, generate_subscripts(c.conkey, 1) AS ord
                 FROM pg_catalog.pg_constraint c WHERE c.contype = 'p') con
                JOIN pg_catalog.pg_attribute a ON a.attnum = con.attnum AND a.attrelid = con.conrelid) attr
            GROUP BY attr.conrelid, attr.conname
            """,
            ""
        },
        {
            "sqlalchemy: oid",
            "SELECT c.oid > 0 FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE n.nspname = 'app' AND c.relname = 'orders' AND c.relkind in ('r', 'v', 'm', 'f', 'p')",
            "True"
        },
        {
            "superset: schemas",
            "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%' ESCAPE '\\' "
                + "AND nspname = 'app' ORDER BY nspname",
            "app"
        },
        {
            "jdbc (metabase): tables",
            """
            SELECT n.nspname AS "TABLE_SCHEM", c.relname AS "TABLE_NAME",
                CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN 'SYSTEM TABLE'
                     WHEN false THEN CASE c.relkind WHEN 'r' THEN 'TABLE' ELSE NULL END ELSE NULL END AS "TABLE_TYPE"
            FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0
                AND d.classoid = 'pg_class'::regclass)
            WHERE c.relnamespace = n.oid AND c.relname LIKE E'orde%' AND n.nspname = 'app'
            ORDER BY "TABLE_TYPE", "TABLE_SCHEM", "TABLE_NAME"
            """,
            "app|orders|TABLE"
        },
        {
            "jdbc (metabase): columns",
            """
            SELECT * FROM (SELECT n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull OR (t.typtype = 'd'
                AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod,
                row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum,
                pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype
            FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid)
            JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid)
            LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum)
            LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
            WHERE c.relkind IN ('r', 'p', 'v', 'f', 'm') AND a.attnum > 0 AND NOT a.attisdropped) c
            WHERE relname = 'orders' AND attname = 'total'
            """,
            "app|orders|total|1700|False|786438|-1|-1|3|||0"
        },
        {
            "jdbc (metabase): keys",
            "SELECT i.indisprimary FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_index i ON (ct.oid = i.indrelid) "
                + "WHERE ct.relname = 'orders'",
            ""
        },
        { "jdbc: setting", "SET extra_float_digits = 3", "" },
        {
            "dbt: relations",
            """
            select 'lake' as database, tablename as name, schemaname as schema, 'table' as type from pg_tables
            where schemaname ilike 'APP' and tablename = 'plans'
            union all select 'lake', viewname, schemaname, 'view' from pg_views where schemaname ilike 'app'
            union all select 'lake', matviewname, schemaname, 'materialized_view' from pg_matviews
            where schemaname ilike 'app'
            """,
            "lake|plans|app|table"
        },
        { "dbt: schemas", "select distinct nspname from pg_namespace where nspname = 'app'", "app" },
        {
            "dbt: catalog",
            """
            select sch.nspname, tbl.relname, pg_get_userbyid(tbl.relowner), col.attname,
                pg_catalog.format_type(col.atttypid, col.atttypmod), tbl_desc.description
            from pg_catalog.pg_namespace sch
            join pg_catalog.pg_class tbl on tbl.relnamespace = sch.oid
            join pg_catalog.pg_attribute col on col.attrelid = tbl.oid
            left outer join pg_catalog.pg_description tbl_desc
                on (tbl_desc.objoid = tbl.oid and tbl_desc.objsubid = 0)
            where not pg_is_other_temp_schema(sch.oid) and tbl.relpersistence in ('p', 'u') and tbl.relname = 'plans'
                and tbl.relkind in ('r', 'v', 'f', 'p') and col.attnum > 0 and not col.attisdropped
            order by sch.nspname, tbl.relname, col.attnum limit 1
            """,
            "app|plans|tapline|id|integer|"
        },
    };

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task A_query_of_a_client_is_answered(string client, string sql, string expected)
    {
        Assert.NotEmpty(client);
        await using var connection = await _server.ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var rows = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(
                i => Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        }
        Assert.Equal(expected, string.Join(';', rows));
    }
}
