using System.Collections.Frozen;
using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Postgres;

/// <summary>What <c>pg_catalog</c> looks like to clients of PostgreSQL: the lake's tables as plain tables, the types
/// that are sent, and much that is always empty.</summary>
static class PgCatalog
{
    // Name of an empty table: its columns and their types.
    static readonly ImmutableArray<(string Name, string Columns)> Empty =
    [
        ("pg_am", "oid BIGINT, amname VARCHAR, amtype VARCHAR"),
        ("pg_attrdef", "oid BIGINT, adrelid BIGINT, adnum SMALLINT, adbin VARCHAR"),
        ("pg_auth_members", "roleid BIGINT, member BIGINT, grantor BIGINT, admin_option BOOLEAN"),
        ("pg_collation", "oid BIGINT, collname VARCHAR, collnamespace BIGINT, collencoding INTEGER"),
        ("pg_constraint", "oid BIGINT, conname VARCHAR, connamespace BIGINT, contype VARCHAR, conrelid BIGINT, "
            + "contypid BIGINT, conindid BIGINT, confrelid BIGINT, conparentid BIGINT, condeferrable BOOLEAN, "
            + "condeferred BOOLEAN, convalidated BOOLEAN, confupdtype VARCHAR, confdeltype VARCHAR, conkey SMALLINT[], "
            + "confkey SMALLINT[], conislocal BOOLEAN"),
        ("pg_depend", "classid BIGINT, objid BIGINT, objsubid INTEGER, refclassid BIGINT, refobjid BIGINT, "
            + "refobjsubid INTEGER, deptype VARCHAR"),
        ("pg_description", "objoid BIGINT, classoid BIGINT, objsubid INTEGER, description VARCHAR"),
        ("pg_enum", "oid BIGINT, enumtypid BIGINT, enumsortorder FLOAT, enumlabel VARCHAR"),
        ("pg_extension", "oid BIGINT, extname VARCHAR, extversion VARCHAR, extnamespace BIGINT"),
        ("pg_foreign_server", "oid BIGINT, srvname VARCHAR"),
        ("pg_foreign_table", "ftrelid BIGINT, ftserver BIGINT, ftoptions VARCHAR[]"),
        ("pg_index", "indexrelid BIGINT, indrelid BIGINT, indnatts SMALLINT, indisunique BOOLEAN, "
            + "indisprimary BOOLEAN, indisclustered BOOLEAN, indisvalid BOOLEAN, indisreplident BOOLEAN, "
            + "indkey SMALLINT[], indclass BIGINT[], indoption SMALLINT[], indpred VARCHAR, indexprs VARCHAR, "
            + "indnkeyatts SMALLINT"),
        ("pg_inherits", "inhrelid BIGINT, inhparent BIGINT, inhseqno INTEGER, inhdetachpending BOOLEAN"),
        ("pg_matviews", "schemaname VARCHAR, matviewname VARCHAR, matviewowner VARCHAR, definition VARCHAR"),
        ("pg_partitioned_table", "partrelid BIGINT, partstrat VARCHAR"),
        ("pg_policy", "oid BIGINT, polname VARCHAR, polrelid BIGINT, polpermissive BOOLEAN, polroles BIGINT[], "
            + "polqual VARCHAR, polwithcheck VARCHAR, polcmd VARCHAR"),
        ("pg_publication", "oid BIGINT, pubname VARCHAR, puballtables BOOLEAN"),
        ("pg_publication_namespace", "oid BIGINT, pnpubid BIGINT, pnnspid BIGINT"),
        ("pg_publication_rel", "oid BIGINT, prpubid BIGINT, prrelid BIGINT, prqual VARCHAR, prattrs SMALLINT[]"),
        ("pg_range", "rngtypid BIGINT, rngsubtype BIGINT, rngmultitypid BIGINT"),
        ("pg_rewrite", "oid BIGINT, rulename VARCHAR, ev_class BIGINT, ev_type VARCHAR"),
        ("pg_sequence", "seqrelid BIGINT, seqtypid BIGINT, seqstart BIGINT, seqincrement BIGINT, seqmax BIGINT, "
            + "seqmin BIGINT, seqcache BIGINT, seqcycle BOOLEAN"),
        ("pg_stat_user_tables", "relid BIGINT, schemaname VARCHAR, relname VARCHAR, n_live_tup BIGINT"),
        ("pg_statistic_ext", "oid BIGINT, stxrelid BIGINT, stxname VARCHAR, stxnamespace BIGINT, stxkind VARCHAR[], "
            + "stxstattarget INTEGER"),
        ("pg_tablespace", "oid BIGINT, spcname VARCHAR"),
        ("pg_trigger", "oid BIGINT, tgrelid BIGINT, tgname VARCHAR, tgisinternal BOOLEAN, tgenabled VARCHAR, "
            + "tgparentid BIGINT, tgconstraint BIGINT"),
        ("pg_views", "schemaname VARCHAR, viewname VARCHAR, viewowner VARCHAR, definition VARCHAR"),
    ];

    // Number, name, length, category, array's number.
    static readonly ImmutableArray<(int Oid, string Name, int Length, char Category, int Array)> Types =
    [
        (16, "bool", 1, 'B', 1000), (17, "bytea", -1, 'U', 1001), (19, "name", 64, 'S', 1003),
        (20, "int8", 8, 'N', 1016), (21, "int2", 2, 'N', 1005), (23, "int4", 4, 'N', 1007),
        (25, "text", -1, 'S', 1009), (26, "oid", 4, 'N', 1028), (114, "json", -1, 'U', 199),
        (700, "float4", 4, 'N', 1021), (701, "float8", 8, 'N', 1022), (705, "unknown", -2, 'X', 0),
        (1042, "bpchar", -1, 'S', 1014), (1043, "varchar", -1, 'S', 1015), (1082, "date", 4, 'D', 1182),
        (1083, "time", 8, 'D', 1183), (1114, "timestamp", 8, 'D', 1115), (1184, "timestamptz", 8, 'D', 1185),
        (1186, "interval", 16, 'T', 1187), (1700, "numeric", -1, 'N', 1231), (2950, "uuid", 16, 'U', 2951),
        (3802, "jsonb", -1, 'U', 3807),
    ];

    /// <summary>The tables that there are.</summary>
    public static FrozenSet<string> Names { get; } = Empty.Select(static table => table.Name).Concat(
    [
        "pg_namespace", "pg_class", "pg_attribute", "pg_type", "pg_proc", "pg_database", "pg_roles", "pg_user",
        "pg_authid", "pg_settings", "pg_tables",
    ]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The statements that make it in a database.</summary>
    public static string Sql(string catalog)
    {
        var schema = $"{SqlText.Identifier(catalog)}.{PgDialect.Catalog}";
        var of = SqlText.Literal(catalog);
        return string.Join(";\n",
        [
            $"CREATE SCHEMA {schema}",
            .. Empty.Select(table => $"CREATE VIEW {schema}.{table.Name} AS SELECT {Nulls(table.Columns)} WHERE false"),
            $"CREATE VIEW {schema}.pg_type AS {TypesSql()}",
            .. Tables(of).Select(table => $"CREATE VIEW {schema}.{table.Name} AS {table.Sql}"),
            .. Macros(catalog).Select(macro => $"CREATE MACRO {schema}.{macro}"),
        ]);
    }

    /// <summary>The statement that notes where tables are looked for.</summary>
    public static string SearchPathSql(VisibleRelations relations)
    {
        var schema = $"{SqlText.Identifier(relations.Catalog)}.{PgDialect.Catalog}";
        var first = relations.SearchPath.FirstOrDefault(VisibleRelations.Main);
        return $"CREATE OR REPLACE MACRO {schema}.pg_search_path() AS "
            + $"{SqlText.Literal(string.Join(", ", relations.SearchPath))}; "
            + $"CREATE OR REPLACE MACRO {schema}.pg_current_schema() AS {SqlText.Literal(first)}";
    }

    // Types of decimals and of the few others that an argument has.
    static string TypeOf(string type) => $"""
        CASE WHEN {type} LIKE 'DECIMAL%' OR {type} IN ('HUGEINT', 'UBIGINT') THEN 1700
             WHEN {type} LIKE '%[]' OR {type} LIKE 'STRUCT%' OR {type} LIKE 'MAP%' OR {type} = 'JSON' THEN 114
             ELSE coalesce(MAP {Map()}[{type}], 25) END
        """;

    static string Map() => "{'BOOLEAN': 16, 'BLOB': 17, 'BIGINT': 20, 'UINTEGER': 20, 'SMALLINT': 21, 'TINYINT': 21, "
        + "'UTINYINT': 21, 'INTEGER': 23, 'USMALLINT': 23, 'VARCHAR': 25, 'FLOAT': 700, 'DOUBLE': 701, 'DATE': 1082, "
        + "'TIME': 1083, 'TIMESTAMP': 1114, 'TIMESTAMP WITH TIME ZONE': 1184, 'INTERVAL': 1186, 'UUID': 2950}";

    static string Nulls(string columns) => string.Join(", ", columns.Split(", ").Select(static column =>
        $"NULL::{column[(column.IndexOf(' ') + 1)..]} AS {column[..column.IndexOf(' ')]}"));

    static string TypesSql()
    {
        var rows = Types.Select(static type =>
                $"({type.Oid}, '{type.Name}', {type.Length}, '{type.Category}', 0, {type.Array}, '{type.Name}recv')")
            .Concat(Types.Where(static type => type.Array > 0).Select(static type =>
                $"({type.Array}, '_{type.Name}', -1, 'A', {type.Oid}, 0, 'array_recv')"));
        return $"""
            SELECT oid::BIGINT AS oid, typname, 11::BIGINT AS typnamespace, 10::BIGINT AS typowner, typlen::SMALLINT
                   AS typlen,
                   typlen > 0 AND typlen <= 8 AS typbyval, 'b' AS typtype, typcategory, false AS typispreferred,
                   true AS typisdefined, ',' AS typdelim, 0::BIGINT AS typrelid, typelem::BIGINT AS typelem,
                   typarray::BIGINT AS typarray, pg_hash(receiver) AS typreceive, pg_hash(receiver) AS typinput,
                   pg_hash(receiver) AS typoutput, pg_hash(receiver) AS typsend, false AS typnotnull,
                   0::BIGINT AS typbasetype, -1 AS typtypmod, 0 AS typndims, 0::BIGINT AS typcollation,
                   NULL::VARCHAR AS typdefault, 0::BIGINT AS typsubscript
            FROM (VALUES {string.Join(", ", rows)}) t(oid, typname, typlen, typcategory, typelem, typarray, receiver)
            """.Replace("pg_hash(receiver)", "(50000 + (hash(receiver) % 1000000))::BIGINT", StringComparison.Ordinal);
    }

    static IEnumerable<(string Name, string Sql)> Tables(string of)
    {
        var own = "NOT internal AND NOT starts_with(schema_name, 'tapline_')";
        yield return ("pg_proc", $"""
            SELECT DISTINCT (50000 + (hash(proname) % 1000000))::BIGINT AS oid, proname, 11::BIGINT AS pronamespace,
                   0::BIGINT AS prorettype, 'f' AS prokind
            FROM (SELECT unnest([{string.Join(", ", Types.Select(static type => $"'{type.Name}recv'"))}, 'array_recv'])
                  AS proname)
            """);
        yield return ("pg_namespace", $"""
            SELECT oid::BIGINT AS oid, schema_name AS nspname, 10::BIGINT AS nspowner, NULL::VARCHAR[] AS nspacl
            FROM duckdb_schemas() WHERE database_name = {of} AND NOT internal AND NOT starts_with(schema_name,
                   'tapline_')
            UNION ALL SELECT 11, 'pg_catalog', 10, NULL
            """);
        yield return ("pg_class", $"""
            SELECT view_oid::BIGINT AS oid, view_name AS relname, schema_oid::BIGINT AS relnamespace, 0::BIGINT AS
                   reltype,
                   0::BIGINT AS reloftype, 10::BIGINT AS relowner, 0::BIGINT AS relam, 0::BIGINT AS relfilenode,
                   0::BIGINT AS reltablespace, 0 AS relpages, -1::FLOAT AS reltuples, 0 AS relallvisible,
                   0::BIGINT AS reltoastrelid, false AS relhasindex, false AS relisshared, 'p' AS relpersistence,
                   'r' AS relkind, column_count::SMALLINT AS relnatts, 0::SMALLINT AS relchecks, false AS relhasrules,
                   false AS relhastriggers, false AS relhassubclass, false AS relrowsecurity,
                   false AS relforcerowsecurity, true AS relispopulated, 'd' AS relreplident, false AS relispartition,
                   0::BIGINT AS relrewrite, NULL::VARCHAR[] AS relacl, NULL::VARCHAR[] AS reloptions,
                   NULL::VARCHAR AS relpartbound
            FROM duckdb_views() WHERE database_name = {of} AND {own}
            """);
        yield return ("pg_attribute", $"""
            SELECT table_oid::BIGINT AS attrelid, column_name AS attname, ({TypeOf("data_type")})::BIGINT AS atttypid,
                   -1 AS attstattarget, -1::SMALLINT AS attlen, column_index::SMALLINT AS attnum, 0 AS attndims,
                   -1 AS attcacheoff, CASE WHEN data_type LIKE 'DECIMAL%'
                   THEN 4 + numeric_precision * 65536 + numeric_scale ELSE -1 END::INTEGER AS atttypmod,
                   false AS attbyval, 'i' AS attalign, 'p' AS attstorage, '' AS attcompression, false AS attnotnull,
                   false AS atthasdef, false AS atthasmissing, '' AS attidentity, '' AS attgenerated,
                   false AS attisdropped, true AS attislocal, 0 AS attinhcount, 0::BIGINT AS attcollation,
                   NULL::VARCHAR[] AS attacl, NULL::VARCHAR[] AS attoptions, NULL::VARCHAR[] AS attfdwoptions
            FROM duckdb_columns() WHERE database_name = {of} AND {own}
            """);
        yield return ("pg_tables", $"""
            SELECT schema_name AS schemaname, view_name AS tablename, 'tapline' AS tableowner, NULL::VARCHAR AS
                   tablespace,
                   false AS hasindexes, false AS hasrules, false AS hastriggers, false AS rowsecurity
            FROM duckdb_views() WHERE database_name = {of} AND {own}
            """);
        yield return ("pg_database", $"""
            SELECT 1::BIGINT AS oid, 'lake' AS datname, 10::BIGINT AS datdba, 6 AS encoding, 'C' AS datcollate,
                   'C' AS datctype, false AS datistemplate, true AS datallowconn, -1 AS datconnlimit, 0::BIGINT AS
                          dattablespace,
                   NULL::VARCHAR[] AS datacl, 'c' AS datlocprovider, NULL::VARCHAR AS daticulocale
            """);
        const string Role = """
            SELECT 10::BIGINT AS oid, 'tapline' AS rolname, false AS rolsuper, true AS rolinherit, false AS
                   rolcreaterole,
                   false AS rolcreatedb, true AS rolcanlogin, false AS rolreplication, -1 AS rolconnlimit,
                   NULL::TIMESTAMPTZ AS rolvaliduntil, false AS rolbypassrls
            """;
        yield return ("pg_roles", Role);
        yield return ("pg_authid", Role);
        yield return ("pg_user", "SELECT 'tapline' AS usename, 10::BIGINT AS usesysid, false AS usesuper");
        yield return ("pg_settings", """
            SELECT * FROM (VALUES ('server_version', '15.0'), ('server_version_num', '150000'), ('max_index_keys',
                   '32'),
                ('standard_conforming_strings', 'on'), ('TimeZone', 'UTC'))
            t(name, setting)
            """);
    }

    static IEnumerable<string> Macros(string catalog)
    {
        var of = SqlText.Literal(catalog);
        // Others name them; each cut says anew what they are.
        yield return "pg_search_path() AS ''";
        yield return "pg_current_schema() AS 'main'";
        yield return "pg_version() AS 'PostgreSQL 15.0 (Tapline)'";
        yield return $"pg_current_database() AS {of}";
        yield return $"""
            pg_setting(name) AS CASE lower(name) WHEN 'server_version_num' THEN '150000' WHEN 'server_version' THEN
                   '15.0'
                WHEN 'search_path' THEN {SqlText.Identifier(catalog)}.{PgDialect.Catalog}.pg_search_path()
                WHEN 'timezone' THEN 'UTC'
                WHEN 'standard_conforming_strings' THEN 'on'
                WHEN 'max_index_keys' THEN '32' ELSE '' END,
            (name, missing_ok) AS CASE lower(name) WHEN 'server_version_num' THEN '150000' WHEN 'timezone' THEN 'UTC'
                ELSE NULL END
            """;
        yield return "pg_set_config(name, value, is_local) AS value";
        yield return "pg_no_viewdef(v) AS NULL::VARCHAR, (v, pretty) AS NULL::VARCHAR";
        yield return "pg_get_userbyid(role) AS 'tapline'";
        yield return "pg_encoding_to_char(encoding) AS 'UTF8'";
        yield return "pg_table_is_visible(oid) AS true";
        yield return "pg_type_is_visible(oid) AS true";
        yield return "pg_get_indexdef(i) AS NULL::VARCHAR, (i, c, p) AS NULL::VARCHAR";
        yield return "pg_get_constraintdef(c) AS NULL::VARCHAR, (c, p) AS NULL::VARCHAR";
        yield return "pg_get_expr(e, r) AS NULL::VARCHAR, (e, r, p) AS NULL::VARCHAR";
        yield return "pg_relation_is_publishable(r) AS false";
        yield return "pg_get_partkeydef(r) AS NULL::VARCHAR";
        yield return "pg_get_statisticsobjdef_columns(s) AS NULL::VARCHAR";
        yield return "pg_get_function_result(f) AS NULL::VARCHAR";
        yield return "pg_get_function_arguments(f) AS NULL::VARCHAR";
        yield return "pg_tablespace_location(t) AS ''";
        yield return "array_remove(a, e) AS list_filter(a, x -> x <> e)";
        yield return "pg_get_serial_sequence(t, c) AS NULL::VARCHAR";
        yield return "array_lower(a, dimension) AS CASE WHEN len(a) > 0 THEN 1 END";
        yield return "array_upper(a, dimension) AS CASE WHEN len(a) > 0 THEN len(a) END";
        yield return "pg_is_in_recovery() AS false";
        yield return "pg_backend_pid() AS 0";
        yield return "pg_total_relation_size(r) AS NULL::BIGINT";
        yield return "pg_relation_size(r) AS NULL::BIGINT";
        yield return "pg_table_size(r) AS NULL::BIGINT";
        yield return "quote_ident(name) AS CASE WHEN regexp_full_match(name, '[a-z_][a-z0-9_]*') THEN name "
            + "ELSE '\"' || replace(name, '\"', '\"\"') || '\"' END";
        yield return "obj_description(o) AS NULL::VARCHAR, (o, c) AS NULL::VARCHAR";
        yield return "col_description(o, c) AS NULL::VARCHAR";
        yield return "shobj_description(o, c) AS NULL::VARCHAR";
        yield return """
            format_type(type, modifier) AS CASE type WHEN 16 THEN 'boolean' WHEN 17 THEN 'bytea' WHEN 20 THEN 'bigint'
                WHEN 21 THEN 'smallint' WHEN 23 THEN 'integer' WHEN 25 THEN 'text' WHEN 114 THEN 'json'
                WHEN 700 THEN 'real' WHEN 701 THEN 'double precision' WHEN 1082 THEN 'date'
                WHEN 1083 THEN 'time without time zone' WHEN 1114 THEN 'timestamp without time zone'
                WHEN 1184 THEN 'timestamp with time zone' WHEN 1186 THEN 'interval' WHEN 2950 THEN 'uuid'
                WHEN 1700 THEN CASE WHEN modifier > 4 THEN 'numeric(' || ((modifier - 4) // 65536) || ','
                    || ((modifier - 4) % 65536) || ')' ELSE 'numeric' END ELSE 'text' END
            """;
        // Names with a schema before them or not; quotes as clients put them.
        yield return $"""
            pg_oid_of(name) AS (SELECT CASE lower(name) WHEN 'pg_class' THEN 1259 WHEN 'pg_catalog.pg_class' THEN 1259
                ELSE (SELECT max(view_oid) FROM duckdb_views() WHERE database_name = {of}
                      AND replace(name, '"', '') IN (view_name, schema_name || '.' || view_name)) END)
            """;
    }
}
