using System.Text;
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

    /// <summary>The captured tables as the database has them in the end, by topic.</summary>
    public Dictionary<string, CapturedTable> Tables { get; }

    public TestPipeline Pipeline => _pipeline;

    public required StreamStatus Status { get; init; }

    /// <summary>Replays a capture.</summary>
    public static Task<CapturedReplay> RunAsync(CaptureCase capture)
    {
        var records = capture.Rewrite(capture.Files.SelectMany(RunOf)).ToList();
        var topics = records.Select(static record => record.Topic).ToHashSet();
        var tables = Captures.Tables(capture.Database, Prefix, capture.WireFormat)
            .Where(table => topics.Contains(table.Key)).ToDictionary();
        IEnumerable<CapturedTable> announced = capture.Columns == ColumnsFrom.SchemaTopic ? tables.Values : [];
        return RunAsync(tables, capture.Partitions, announced, capture.Declared, records);
    }

    /// <summary>Replays files whose tables are announced.</summary>
    public static Task<CapturedReplay> RunAsync(
        Dictionary<string, CapturedTable> tables, int partitions, params string[] files) =>
        RunAsync(tables, partitions, tables.Values, SourceDeclarations.None, files.SelectMany(RunOf).ToList());

    // Records go where the connector says, else where their key does, as Kafka's own producers do it.
    static async Task<CapturedReplay> RunAsync(
        Dictionary<string, CapturedTable> tables,
        int partitions,
        IEnumerable<CapturedTable> announced,
        SourceDeclarations declared,
        List<CapturedRecord> records)
    {
        var pipeline = await TestPipeline.StartAsync(Prefix);
        await pipeline.Log.EnsureTopicsAsync(
            [
                .. records.GroupBy(static record => record.Topic).Select(topic => new TopicSpec(
                    topic.Key,
                    Math.Max(
                        tables.GetValueOrDefault(topic.Key)?.Schema.KeyColumns.Length > 0 ? partitions : 1,
                        topic.Max(static record => record.Partition ?? 0) + 1))),
            ],
            TestPipeline.Ct);
        await pipeline.AnnounceAsync([.. announced.Select(static table => table.Schema)]);
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

    /// <summary>How the lake's current rows differ from the database.</summary>
    public async Task<List<Difference>> DifferencesAsync()
    {
        using var lake = await _pipeline.OpenLakeAsync();
        var comparison = new LakeComparison(lake);
        return [.. Tables.Values.SelectMany(comparison.Of)];
    }

    /// <summary>Changes that history holds more than once.</summary>
    public async Task<List<string>> RepeatsInHistoryAsync()
    {
        using var lake = await _pipeline.OpenLakeAsync();
        var repeats = new List<string>();
        foreach (var table in Tables.Values.Where(static table => table.Schema.KeyColumns.Length > 0))
        {
            if (LakeComparison.Find(lake, "history", table.Schema) is not { } history)
                continue;
            var key = string.Join(", ", table.Schema.KeyColumns.Select(
                static column => SqlText.Identifier(column.Name.Replace(' ', '_'))));
            var rows = SqlRows.Read(
                lake.Connection,
                $"SELECT {key}, count(*) FROM {LakeSession.RelationOf(history)} WHERE _lsn > 0 "
                + $"GROUP BY {key}, _commit_lsn, _lsn, _op HAVING count(*) > 1");
            repeats.AddRange(rows.Select(row => $"{table.Schema.Table}: {string.Join('|', row)}"));
        }
        return repeats;
    }

    /// <summary>What waits in quarantine: table, reason and count, a line each.</summary>
    public async Task<List<string>> QuarantinedAsync()
    {
        using (var lake = await _pipeline.OpenLakeAsync())
        {
            if (lake.Tables.All(static table => table.Layer != "quarantine"))
                return [];
        }
        var rows = await _pipeline.QueryAsync(
            """SELECT "table", reason, count(*) FROM quarantine GROUP BY ALL ORDER BY ALL""");
        return [.. rows.Select(static row => string.Join(' ', row))];
    }

    /// <summary>Why, in words, and how often.</summary>
    public async Task<List<string?[]>> QuarantinedDetailsAsync() => await QuarantinedAsync() is []
        ? []
        : await _pipeline.QueryAsync(
            """SELECT concat("table", ' ', reason, ' ', detail), count(*) FROM quarantine GROUP BY ALL ORDER BY ALL""");

    /// <summary>A line a place, with its keys in their order; the long keys of a table without key are not spelled
    /// out.</summary>
    public static string Summary(List<Difference> differences)
    {
        var summary = new StringBuilder();
        foreach (var place in differences
            .GroupBy(static difference => difference.Place)
            .OrderBy(static place => place.Key, StringComparer.Ordinal))
        {
            var keys = place.Select(static difference => difference.Key)
                .OrderBy(static key => key.Length).ThenBy(static key => key, StringComparer.Ordinal).ToList();
            summary.Append(place.Key).Append(": ").AppendJoin(' ', keys[0].Contains('|') ? ["*"] : keys).Append('\n');
        }
        return summary.ToString();
    }

    /// <summary>A list of places, keys and reasons in the form of <see cref="Summary"/>.</summary>
    public static string Expected(string table) => string.Concat(table
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
        .OrderBy(static columns => columns[0], StringComparer.Ordinal)
        .Select(static columns => $"{columns[0]}: {columns[1]}\n"));

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    // A null array would become memory that is empty, but there.
    static ReadOnlyMemory<byte>? OrNull(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;
}
