using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;
using Tapline.Streaming;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>What a real connector wrote, sent through a real broker into a lake.</summary>
sealed class CapturedReplay : IAsyncDisposable
{
    const string Prefix = "saas";

    readonly TestPipeline _pipeline;
    readonly List<CapturedRecord> _records;

    CapturedReplay(TestPipeline pipeline, List<CapturedRecord> records, Dictionary<string, CapturedTable> tables)
    {
        _pipeline = pipeline;
        _records = records;
        Tables = tables;
    }

    /// <summary>The database in the end, by topic.</summary>
    public Dictionary<string, CapturedTable> Tables { get; }

    public TestPipeline Pipeline => _pipeline;

    public required StreamStatus Status { get; init; }

    /// <summary>Replays into topics of one partition.</summary>
    public static Task<CapturedReplay> RunAsync(string database, params string[] files) =>
        RunAsync(Captures.Tables(database, Prefix, WireFormat.DebeziumDefault), partitions: 1, files);

    /// <summary>Replays with the tables' columns declared by a person instead of announced by a source.</summary>
    public static Task<CapturedReplay> RunAsync(
        string database, SourceDeclarations declared, params string[] files) =>
        RunAsync(Captures.Tables(database, Prefix, WireFormat.DebeziumDefault), partitions: 1, declared, files);

    /// <summary>Replays into topics of several partitions: records go where the connector says, else where their key
    /// does, as Kafka's own producers do it.</summary>
    public static Task<CapturedReplay> RunAsync(
        Dictionary<string, CapturedTable> tables, int partitions, params string[] files) =>
        RunAsync(tables, partitions, declared: null, files);

    static async Task<CapturedReplay> RunAsync(
        Dictionary<string, CapturedTable> tables, int partitions, SourceDeclarations? declared, string[] files)
    {
        var records = files.SelectMany(RunOf).ToList();
        var pipeline = await TestPipeline.StartAsync(Prefix);
        await pipeline.Log.EnsureTopicsAsync(
            [
                .. records.Select(static record => record.Topic).Distinct().Select(name => new TopicSpec(
                    name, tables.GetValueOrDefault(name)?.Schema.KeyColumns.Length > 0 ? partitions : 1)),
            ],
            TestPipeline.Ct);
        if (declared is null)
            await pipeline.AnnounceAsync([.. tables.Values.Select(static table => table.Schema)]);
        else
            pipeline.Options = pipeline.Options with { Sources = declared };
        await pipeline.SendAsync(records.Select(static record => new EventRecord(
            record.Topic, OrNull(record.Key), OrNull(record.Value))
        {
            Headers = [.. record.Headers.Select(static header => new EventHeader(header.Name, header.Value))],
            Partition = record.Partition,
        }));
        return new CapturedReplay(pipeline, records, tables) { Status = await pipeline.CatchUpAsync() };
    }

    // Each file was written by a run of the connector, the same file again by another one.
    static IEnumerable<CapturedRecord> RunOf(string file, int run) =>
        Captures.Records(file).Select(record => record with
        {
            Headers =
            [
                .. record.Headers.Select(header => header.Name == "__debezium.context.runId"
                    ? (header.Name, [.. header.Value, (byte)('0' + run)])
                    : header),
            ],
        });

    /// <summary>How many records of the tables' topics say something.</summary>
    public int ChangesSent() =>
        _records.Count(static record => record.Value is not null && record.Topic.Split('.').Length == 3);

    /// <summary>How many changes of tables with a key stand in the captures more than once: by topic, key, position and
    /// kind.</summary>
    public int RepeatsSent()
    {
        var seen = new HashSet<(string Topic, string Key, string Position, string Kind)>();
        return _records.Count(record => record is { Key: not null, Value: not null }
            && Tables.ContainsKey(record.Topic)
            && SourceChange.TryRead(record.Value, out var change)
            && !seen.Add((record.Topic, Convert.ToHexString(record.Key), change.Position, change.Kind)));
    }

    /// <summary>How the lake's current rows differ from the database, a line each: table, key, column, both
    /// values.</summary>
    public async Task<List<Difference>> DifferencesAsync()
    {
        using var lake = await _pipeline.OpenLakeAsync();
        var differences = new List<Difference>();
        foreach (var table in Tables.Values)
            differences.AddRange(DifferencesOf(table, lake));
        return differences;
    }

    /// <summary>Changes that history holds more than once.</summary>
    public async Task<List<string>> RepeatsInHistoryAsync()
    {
        using var lake = await _pipeline.OpenLakeAsync();
        var repeats = new List<string>();
        foreach (var table in Tables.Values.Where(static table => table.Schema.KeyColumns.Length > 0))
        {
            if (Find(lake, "history", table) is not { } history)
                continue;
            var key = string.Join(", ", table.Schema.KeyColumns.Select(static c => SqlText.Identifier(LakeName(c))));
            var rows = SqlRows.Read(
                lake.Connection,
                $"SELECT {key}, count(*) FROM {LakeSession.RelationOf(history)} "
                + $"GROUP BY {key}, _commit_lsn, _lsn, _op HAVING count(*) > 1");
            repeats.AddRange(rows.Select(row => $"{table.Schema.Table}: {string.Join('|', row)}"));
        }
        return repeats;
    }

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    // A null array would become memory that is empty, but there.
    static ReadOnlyMemory<byte>? OrNull(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;

    static IEnumerable<Difference> DifferencesOf(CapturedTable table, LakeSession lake)
    {
        var schema = table.Schema;
        var found = ByKey(schema, Find(lake, "current", table) is { } current ? Rows(lake, schema, current) : []);
        foreach (var (key, wanted) in ByKey(schema, table.Rows))
        {
            if (!found.Remove(key, out var row))
                yield return new Difference(schema.Table, key, "", "the row", null);
            else
                foreach (var difference in DifferencesOf(schema, key, wanted, row))
                    yield return difference;
        }
        foreach (var key in found.Keys)
            yield return new Difference(schema.Table, key, "", null, "the row");
    }

    static IEnumerable<Difference> DifferencesOf(
        TableSchema schema,
        string key,
        IReadOnlyDictionary<string, string?> wanted,
        IReadOnlyDictionary<string, string?> found)
    {
        foreach (var column in schema.Columns)
        {
            var database = CapturedText.OfDatabase(column, wanted[column.Name]);
            var lake = CapturedText.OfLake(column, found[column.Name]);
            if (database != lake)
                yield return new Difference(schema.Table, key, column.Name, database, lake);
        }
    }

    static List<IReadOnlyDictionary<string, string?>> Rows(LakeSession lake, TableSchema schema, LakeTable table)
    {
        var names = string.Join(", ", schema.Columns.Select(static column => SqlText.Identifier(LakeName(column))));
        using var result = lake.Query($"SELECT {names} FROM {LakeSession.RelationOf(table)}", ct: TestPipeline.Ct);
        var batch = new ColumnBatch(schema.Columns);
        result.CopyTo(batch);
        return
        [
            .. Enumerable.Range(0, batch.Count).Select(IReadOnlyDictionary<string, string?> (row) => schema.Columns
                .Select((column, ordinal) => (column.Name, Text: CellText.Of(column, batch.Columns[ordinal], row)))
                .ToDictionary(static cell => cell.Name, static cell => cell.Text)),
        ];
    }

    static LakeTable? Find(LakeSession lake, string layer, CapturedTable table) =>
        lake.Tables.FirstOrDefault(known => known.Layer == layer && known.Name == table.Schema.Table.ToString());

    // Delta without column mapping allows no space in a name.
    static string LakeName(ColumnSchema column) => column.Name.Replace(' ', '_');

    // Without a key the whole row is one, and the second of two equal rows is told from the first by its number.
    static Dictionary<string, IReadOnlyDictionary<string, string?>> ByKey(
        TableSchema schema, IEnumerable<IReadOnlyDictionary<string, string?>> rows)
    {
        var byKey = new Dictionary<string, IReadOnlyDictionary<string, string?>>();
        var key = schema.KeyColumns.IsEmpty ? schema.Columns : schema.KeyColumns;
        foreach (var row in rows)
        {
            var name = string.Join('|', key.Select(column => row[column.Name]));
            for (var n = 2; !byKey.TryAdd(name, row) && schema.KeyColumns.IsEmpty; n++)
                name = $"{name}#{n}";
            Assert.True(ReferenceEquals(byKey[name], row), $"{schema.Table} has {name} twice");
        }
        return byKey;
    }
}

/// <summary>One value, or with an empty column one row, that is not the same in database and lake.</summary>
sealed record Difference(TableId Table, string Key, string Column, string? Database, string? Lake)
{
    /// <summary><c>schema.table</c> or <c>schema.table.column</c>.</summary>
    public string Place => Column.Length == 0 ? Table.ToString() : $"{Table}.{Column}";

    public override string ToString() =>
        $"{Place} of {Key}: {Database ?? "null"} in the database, {Lake ?? "null"} in the lake";
}
