using System.Text.Json.Nodes;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;
using Tapline.Serving.Sql;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>Single rows by their key, out of the lake's newest cut.</summary>
sealed class EntityEndpoint(ServedLake lake, GuardedSql sql)
{
    /// <summary>The row of an entity, or of a source table by its own name.</summary>
    public async Task FindAsync(HttpCall call)
    {
        var (entity, key) = (call.Path("entity"), call.Path("key"));
        var cut = await lake.CutAsync(call.Aborted);
        var table = TableOf(cut, entity) ?? throw ProblemException.NotFound($"entity {entity}");
        if (call.Caller.Rows.Tenant is not null && lake.Tenants.Of(table) is null)
            throw ProblemException.NotFound($"entity {entity}");
        var columns = KeyOf(call, table);
        var parts = columns.Count == 1 ? [key] : key.Split(',');
        if (parts.Length != columns.Count)
        {
            throw ProblemException.Malformed(
                $"the key has {columns.Count} parts", string.Join(',', columns.Select(static column => column.Name)));
        }
        var row = await RowAsync(call, table, columns, parts)
            ?? throw ProblemException.NotFound($"{entity} of this key");
        await call.WriteAsync(new JsonObject { ["entity"] = entity, ["key"] = key, ["row"] = row });
    }

    // Not every table says what its key is.
    static List<ColumnSchema> KeyOf(HttpCall call, LakeTable table)
    {
        var named = call.Query("by")?.Split(',');
        var columns = named is null
            ? table.Columns.Where(static column => column.IsKey).OrderBy(static column => column.KeyOrdinal)
            : named.Select(name => table.Columns.FirstOrDefault(column => column.Name == name)
                ?? throw ProblemException.NotFound($"column {name}"));
        List<ColumnSchema> key = [.. columns];
        return key.Count > 0
            ? key
            : throw ProblemException.Malformed(
                "the lake does not know the key of this table", "name its columns: ?by=id");
    }

    async Task<JsonNode?> RowAsync(HttpCall call, LakeTable table, List<ColumnSchema> key, string[] parts)
    {
        // By literals, so that files whose statistics exclude the key are not opened.
        var condition = string.Join(" AND ", key.Zip(parts, static (column, part) =>
            $"{SqlText.Identifier(column.Name)} = CAST({SqlText.Literal(part)} AS {DuckDbType.Of(column)})"));
        var text = $"SELECT * FROM {LakeSession.RelationOf(table)} WHERE {condition}";
        var request = new SqlRequest(text, call.Caller.Rows) { Shape = SqlShape.Text, RowsMax = 1 };
        using var reading = await sql.OpenAsync(request, call.Aborted);
        using var line = new StringWriter();
        var writer = SqlFormat.JsonLines.OpenWriter(line);
        writer.Begin(reading.Columns);
        while (reading.WriteNext(writer))
            continue;
        return reading.Rows == 0 ? null : JsonNode.Parse(line.ToString());
    }

    static LakeTable? TableOf(LakeCut cut, string entity)
    {
        string[] roots = [$"entity/entity_{entity}", $"entity/{entity}", $"current/{entity}"];
        return roots.Select(root => cut.Tables.FirstOrDefault(table => table.Root == root))
            .FirstOrDefault(static table => table is { Scan.Columns.IsEmpty: false });
    }
}
