using System.Text;
using System.Text.Json.Nodes;
using Npgsql;

namespace Tapline.Ingest.Tests.Postgres.Golden;

/// <summary>The captured tables in a real database: types, keys, defaults and rows from the contents beside the runs
/// and the inline schemas of the default run.</summary>
sealed class CapturedTables(Capture capture, JsonObject database, IReadOnlyList<CapturedRecord> schemas)
{
    /// <summary>What the tables' columns need. The domains and the composite are not in the contents by more than
    /// their names; these fit the values.</summary>
    const string Types =
        """
        CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE EXTENSION isn;
        CREATE TYPE plan_t AS ENUM ('free', 'pro', 'enterprise');
        CREATE DOMAIN email_t AS text;
        CREATE DOMAIN amount_t AS numeric(14,3);
        CREATE DOMAIN amount2_t AS amount_t;
        CREATE TYPE addr_t AS (street text, zip integer);
        """;

    readonly Dictionary<string, JsonNode> _rows = schemas
        .Where(static r => r.Schema is not null)
        .GroupBy(static r => r.Table)
        .ToDictionary(static g => g.Key, static g => g.First().Schema!["fields"]![1]!);

    /// <summary>The names of the tables that are made.</summary>
    public IEnumerable<string> Names => database.Select(static t => t.Key).Where(static name =>
        !name.StartsWith("public.usage_events", StringComparison.Ordinal));

    /// <summary>The columns of a table that this server can have: PostGIS and pgvector are not on it, and the contents
    /// do not tell that a column is generated.</summary>
    public IEnumerable<(string Name, string Type, bool NotNull)> Columns(string table) =>
        database[table]!["columns"]!.AsArray()
            .Select(static c => ((string)c!["name"]!, (string)c["type"]!, (bool)c["notnull"]!))
            .Where(static c => c.Item1 != "gen" && !c.Item2.StartsWith("geo", StringComparison.Ordinal)
                && !c.Item2.Contains("vec(", StringComparison.Ordinal)
                && !c.Item2.StartsWith("vector", StringComparison.Ordinal));

    /// <summary>The inline schema of a table's column; null for one that Debezium leaves out.</summary>
    public JsonNode? Field(string table, string column) =>
        _rows[table]["fields"]!.AsArray().FirstOrDefault(f => (string)f!["field"]! == column);

    /// <summary>Makes the tables and inserts their first rows.</summary>
    public async Task CreateAsync(Func<JsonNode, bool> isFirst)
    {
        var sql = new StringBuilder(Types);
        foreach (var schema in Names.Select(static n => n.Split('.', 2)[0]).Distinct().Where(static s => s != "public"))
            sql.Append($"CREATE SCHEMA {Identifier(schema)};");
        foreach (var table in Names)
            sql.Append(Definition(table));
        foreach (var table in Names)
        {
            foreach (var row in database[table]!["rows_text"]!.AsArray().Where(r => isFirst(r!)))
                sql.Append(Insert(table, row!.AsObject()));
        }
        await capture.ExecuteAsync(sql.ToString());
    }

    /// <summary>Lets the large values of a table lie out of line, uncompressed.</summary>
    public static string External(string table, IEnumerable<(string Name, string Type, bool NotNull)> columns)
    {
        var large = columns.Where(static c => c.Type is "text" or "bytea" or "jsonb" or "hstore"
            || c.Type.EndsWith("[]", StringComparison.Ordinal));
        return string.Concat(large.Select(c =>
            $"ALTER TABLE {Quoted(table)} ALTER COLUMN {Identifier(c.Name)} SET STORAGE EXTERNAL;"));
    }

    /// <summary>Inserts the row of the contents that has the given id.</summary>
    public string InsertById(string table, string id) => Insert(
        table, database[table]!["rows_text"]!.AsArray().Single(r => (string?)r!["id"] == id)!.AsObject());

    /// <summary>A quoted <c>schema.table</c>.</summary>
    public static string Quoted(string table) => string.Join('.', table.Split('.', 2).Select(Identifier));

    public static string Identifier(string name) => new NpgsqlCommandBuilder().QuoteIdentifier(name);

    /// <summary>A value of a type. The one time that only rounding to milliseconds makes is written as what was
    /// rounded.</summary>
    public static string Literal(string? text, string type)
    {
        if (text == "294277-01-01 00:00:00")
            text = "294276-12-31 23:59:59.999999";
        return text is null ? "NULL" : $"'{text.Replace("'", "''")}'::{type}";
    }

    string Insert(string table, JsonObject row)
    {
        var columns = Columns(table).ToList();
        var names = columns.Select(static c => Identifier(c.Name));
        return $"INSERT INTO {Quoted(table)} ({string.Join(',', names)}) VALUES "
            + $"({string.Join(',', columns.Select(c => Literal((string?)row[c.Name], c.Type)))});";
    }

    string Definition(string table)
    {
        var parts = Columns(table).Select(c =>
            $"{Identifier(c.Name)} {c.Type}{(c.NotNull ? " NOT NULL" : "")}{Default(table, c.Name, c.Type)}").ToList();
        var key = database[table]!["pk"]!.AsArray().Select(static k => Identifier((string)k!)).ToList();
        if (key.Count > 0)
            parts.Add($"PRIMARY KEY ({string.Join(',', key)})");
        // Our source refuses a table that no update or delete of could be told.
        var identity = (string?)database[table]!["replica_identity"] == "f" || key.Count == 0
            ? $"ALTER TABLE {Quoted(table)} REPLICA IDENTITY FULL;"
            : "";
        return $"CREATE TABLE {Quoted(table)} ({string.Join(',', parts)});{identity}"
            + (table.StartsWith("public.documents", StringComparison.Ordinal) ? External(table, Columns(table)) : "");
    }

    // What a call gives is the type's zero in the schema.
    string Default(string table, string column, string type)
    {
        if (!_rows.ContainsKey(table) || Field(table, column) is not { } field || field["default"] is not { } value)
            return "";
        var text = CapturedValue.Text(value, field, type)!;
        return text.StartsWith("1970-01-01", StringComparison.Ordinal) ? " DEFAULT now()"
            : text.Length == 0 ? " DEFAULT upper('x')"
            : field["type"]!.ToString() is "int16" or "int32" or "int64" or "boolean" && field["name"] is null
                ? $" DEFAULT {text}"
            : $" DEFAULT '{text}'";
    }
}
