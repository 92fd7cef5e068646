using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>The rows of a checkpoint file, which are actions: one column an action kind, of which one is
/// filled.</summary>
static class CheckpointRows
{
    const long MemoryBytesMax = 1L << 30;

    // What is read of an action with large columns that we do not use; others are read whole.
    static readonly string[] AddFields =
    [
        "path", "partitionValues", "size", "modificationTime", "dataChange", "tags", "deletionVector", "baseRowId",
        "defaultRowCommitVersion", "clusteringProvider",
    ];

    static readonly string[] RemoveFields =
    [
        "path", "deletionTimestamp", "dataChange", "extendedFileMetadata", "partitionValues", "size", "deletionVector",
        "baseRowId", "defaultRowCommitVersion",
    ];

    /// <summary>How DuckDB is opened for checkpoints.</summary>
    public static DuckDbOptions DatabaseOptions { get; } = new() { Threads = 1, MemoryBytesMax = MemoryBytesMax };

    /// <summary>Reads a file's actions a chunk at a time; <paramref name="key"/> is named in errors.</summary>
    public static IEnumerable<LogCommit> Read(
        long version, string key, string path, CheckpointPart part, CancellationToken ct)
    {
        using var database = DuckDbDatabase.Open(options: DatabaseOptions);
        using var connection = database.Connect();
        using var result = Guarded(key, () => connection.Query(Statement(connection, key, path, part), ct: ct));
        var row = 0;
        while (Guarded(key, result.NextChunk) is { } chunk)
        {
            using (chunk)
                yield return Parse(version, key, chunk, ref row);
        }
    }

    static LogCommit Parse(long version, string key, DuckDbChunk chunk, ref int row)
    {
        var actions = new ActionCollector(key);
        var texts = chunk.Column(0);
        for (var i = 0; i < chunk.Count; i++)
        {
            row++;
            if (!texts.IsNull(i))
                actions.Add(row, LogCommit.ParseEntry(key, row, texts.Bytes(i)));
        }
        return actions.ToCommit(version);
    }

    /// <summary>A statement that gives each row as the JSON line that a commit would have. Columns differ from writer
    /// to writer, so it asks for those that are there.</summary>
    static string Statement(DuckDbConnection connection, string key, string path, CheckpointPart part)
    {
        var source = $"read_parquet({SqlText.File(path)})";
        using var shape = connection.Query($"SELECT * FROM {source} LIMIT 0");
        var cases = new List<string>();
        foreach (var column in shape.Columns)
        {
            if (column.Type.Kind != DuckDbTypeKind.Struct
                || (part == CheckpointPart.Sidecars && column.Name != "sidecar"))
                continue;
            var (probe, value) = column.Name switch
            {
                "add" => ("path", AddObject(column)),
                "remove" => ("path", Object(column, RemoveFields)),
                "txn" => ("appId", Whole(column)),
                "metaData" => ("id", Whole(column)),
                "protocol" => ("minReaderVersion", Whole(column)),
                "domainMetadata" => ("domain", Whole(column)),
                "checkpointMetadata" => ("version", Whole(column)),
                "sidecar" => ("path", Whole(column)),
                _ => ("", ""),
            };
            if (probe.Length > 0)
                cases.Add($"WHEN {Member(column, probe)} IS NOT NULL THEN to_json({{'{column.Name}': {value}}})");
        }
        if (cases.Count > 0)
            return $"SELECT CASE {string.Join(' ', cases)} END FROM {source}";
        return part == CheckpointPart.Sidecars
            ? "SELECT NULL::VARCHAR WHERE false"
            : throw new DeltaFormatException(key, "columns named after actions", "none");
    }

    static string AddObject(DuckDbColumn column)
    {
        // Some writers keep statistics as columns only.
        var parsed = Has(column, "stats_parsed")
            ? $"CAST(to_json({Member(column, "stats_parsed")}) AS VARCHAR)"
            : "NULL";
        var stats = Has(column, "stats") ? $"coalesce({Member(column, "stats")}, {parsed})" : parsed;
        return $"{Object(column, AddFields)[..^1]}, 'stats': {stats}}}";
    }

    static string Object(DuckDbColumn column, string[] fields)
    {
        var members = fields.Where(name => Has(column, name)).Select(name => name == "dataChange"
            ? $"'{name}': coalesce({Member(column, name)}, true)"
            : $"'{name}': {Member(column, name)}");
        return $"{{{string.Join(", ", members)}}}";
    }

    static string Whole(DuckDbColumn column) => SqlText.Identifier(column.Name);

    static string Member(DuckDbColumn column, string name) =>
        $"{SqlText.Identifier(column.Name)}.{SqlText.Identifier(name)}";

    static bool Has(DuckDbColumn column, string name) => column.Type.Members.Any(member => member.Name == name);

    static T Guarded<T>(string key, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DuckDbException e)
        {
            throw new DeltaFormatException(key, "a checkpoint in Parquet", e.Message, e);
        }
    }
}
