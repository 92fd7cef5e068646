using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.TestKit;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>One record that a real connector wrote.</summary>
sealed record CapturedRecord(string File, int Line, string Topic, byte[]? Key, byte[]? Value)
{
    public ImmutableArray<(string Name, byte[] Value)> Headers { get; init; } = [];

    /// <summary>The partition that the connector chose; null where it left that to the key.</summary>
    public int? Partition { get; init; }

    public override string ToString() => $"{File}:{Line} {Topic}";
}

/// <summary>A table as the database had it in the end, every value as its text.</summary>
sealed record CapturedTable(TableSchema Schema, ImmutableArray<ImmutableDictionary<string, string?>> Rows);

/// <summary>Events captured from a real connector, and the databases they came from. Lie beside the
/// repository.</summary>
static class Captures
{
    public static IEnumerable<CapturedRecord> Records(string file)
    {
        var number = 0;
        foreach (var line in File.ReadLines(Path.Combine(Folder(), file)))
        {
            number++;
            using var record = JsonDocument.Parse(line);
            yield return new CapturedRecord(
                file, number, record.RootElement.GetProperty("topic").GetString()!,
                Bytes(record, "key"), Bytes(record, "value"))
            {
                Headers = [.. HeadersOf(record.RootElement)],
                Partition = record.RootElement.TryGetProperty("partition", out var partition)
                    && partition.ValueKind == JsonValueKind.Number ? partition.GetInt32() : null,
            };
        }

        static IEnumerable<(string, byte[])> HeadersOf(JsonElement record) =>
            from header in record.GetProperty("headers").EnumerateArray()
            let value = header.GetProperty("simple").GetString()!
            select (header.GetProperty("k").GetString()!, Encoding.UTF8.GetBytes(value));

        static byte[]? Bytes(JsonDocument record, string name) =>
            record.RootElement.GetProperty(name).GetString() is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }

    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Folder(), "*.jsonl").Select(static path => Path.GetFileName(path)).Order();

    /// <summary>The database's tables by the name of their topic.</summary>
    public static Dictionary<string, CapturedTable> Tables(string file, string prefix, WireFormat format)
    {
        using var database = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), file)));
        var tables = new Dictionary<string, CapturedTable>();
        foreach (var table in database.RootElement.GetProperty("tables").EnumerateObject())
        {
            var key = table.Value.GetProperty("pk").EnumerateArray().Select(static name => name.GetString()!).ToList();
            var columns = table.Value.GetProperty("columns").EnumerateArray()
                .Select(column => Column(column, key)).ToImmutableArray();
            var rows = table.Value.GetProperty("rows_text").EnumerateArray()
                .Select(static row => row.EnumerateObject().ToImmutableDictionary(
                    static field => field.Name, static field => field.Value.GetString()))
                .ToImmutableArray();
            tables.Add(
                TopicOf(prefix, table.Name),
                new CapturedTable(new TableSchema(TableId.Parse(table.Name), 1, columns, format), rows));
        }
        return tables;
    }

    static ColumnSchema Column(JsonElement column, List<string> key)
    {
        var name = column.GetProperty("name").GetString()!;
        return PostgresTypes.Column(
            name, column.GetProperty("type").GetString()!,
            nullable: !column.GetProperty("notnull").GetBoolean(), key.IndexOf(name));
    }

    static string TopicOf(string prefix, string table) => string.Concat(
        $"{prefix}.{table}".Select(static c => char.IsAsciiLetterOrDigit(c) || "._-".Contains(c) ? c : '_'));

    static string Folder()
    {
        var folder = SharedData.DebeziumFolder;
        Assert.SkipWhen(folder is null, "the captured events do not lie beside this repository");
        return folder!;
    }
}
