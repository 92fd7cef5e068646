using System.Text.Json.Nodes;

namespace Tapline.Ingest.Tests.Postgres.Golden;

/// <summary>Does to a database again what streamed events say was done to it.</summary>
sealed class CapturedWorkload(Capture capture, CapturedTables tables)
{
    const string Placeholder = "__debezium_unavailable_value";

    /// <summary>The statement of an event; null where another event of the same change has it.</summary>
    public string? Statement(CapturedRecord record) => record.Op switch
    {
        // Values of every type there is come from the contents; those of other tables from the event.
        "c" when record.Table.StartsWith("types", StringComparison.Ordinal) =>
            tables.InsertById(record.Table, record.Payload!["after"]!["id"]!.ToString()),
        "c" when record.Headers.TryGetValue("__debezium.oldkey", out var old) =>
            Update(record, Where(record.Table, JsonNode.Parse(old)!)),
        "c" => Insert(record),
        "u" => Update(record, Key(record)),
        "d" when record.Headers.ContainsKey("__debezium.newkey") => null,
        "d" => $"DELETE FROM {CapturedTables.Quoted(record.Table)} WHERE {Key(record)}",
        "t" => $"TRUNCATE {CapturedTables.Quoted(record.Table)}",
        _ => null,
    };

    /// <summary>Runs the statements of events.</summary>
    public async Task RunAsync(IEnumerable<CapturedRecord> records)
    {
        foreach (var record in records)
        {
            if (Statement(record) is { } sql)
                await capture.ExecuteAsync(sql);
        }
    }

    string Insert(CapturedRecord record)
    {
        var row = Row(record).ToList();
        return $"INSERT INTO {CapturedTables.Quoted(record.Table)} "
            + $"({string.Join(',', row.Select(static c => c.Name))}) VALUES "
            + $"({string.Join(',', row.Select(static c => c.Literal))})";
    }

    string Update(CapturedRecord record, string where) =>
        $"UPDATE {CapturedTables.Quoted(record.Table)} SET "
        + $"{string.Join(',', Row(record).Select(static c => $"{c.Name} = {c.Literal}"))} WHERE {where}";

    // A table without a key is matched by the whole old row, one row of equal ones.
    string Key(CapturedRecord record)
    {
        if (record.Key is { } key)
        {
            var json = JsonNode.Parse(key)!;
            return Where(record.Table, json["payload"] ?? json);
        }
        return $"ctid = (SELECT ctid FROM {CapturedTables.Quoted(record.Table)} "
            + $"WHERE {Where(record.Table, record.Payload!["before"]!)} LIMIT 1)";
    }

    string Where(string table, JsonNode row) => string.Join(" AND ", row.AsObject().Select(field =>
    {
        var type = tables.Columns(table).Single(c => c.Name == field.Key).Type;
        var literal = CapturedTables.Literal(
            CapturedValue.Text(field.Value, tables.Field(table, field.Key)!, type), type);
        return $"{CapturedTables.Identifier(field.Key)}::text IS NOT DISTINCT FROM ({literal})::text";
    }));

    IEnumerable<(string Name, string Literal)> Row(CapturedRecord record)
    {
        foreach (var (name, type, _) in tables.Columns(record.Table))
        {
            var after = record.Payload!["after"]!.AsObject();
            if (!after.TryGetPropertyValue(name, out var value) || IsPlaceholder(value))
                continue;
            // Null in place of an unchanged large value: Debezium has no placeholder for these arrays.
            if (record.Op == "u" && value is null && type.StartsWith("numeric", StringComparison.Ordinal)
                && type.EndsWith("[]", StringComparison.Ordinal))
            {
                continue;
            }
            var text = CapturedValue.Text(value, tables.Field(record.Table, name)!, type);
            yield return (CapturedTables.Identifier(name), CapturedTables.Literal(text, type));
        }
    }

    static bool IsPlaceholder(JsonNode? value)
    {
        var text = value?.ToJsonString() ?? "";
        return text.Contains(Placeholder, StringComparison.Ordinal)
            || text.Contains("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==", StringComparison.Ordinal)
            || text.StartsWith("[95,95,100,", StringComparison.Ordinal);
    }
}
