using System.Buffers;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>Makes Parquet files of actions, by DuckDB: a row for each, a column for each kind. Works in a folder of its
/// own, which goes with it.</summary>
sealed class CheckpointFileWriter : IDisposable
{
    const string FileMembers = "partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, "
        + "deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, sizeInBytes INTEGER, "
        + "cardinality BIGINT), baseRowId BIGINT, defaultRowCommitVersion BIGINT";

    static readonly (string Name, string Type)[] FileColumns =
    [
        ("add", $"STRUCT(path VARCHAR, {FileMembers}, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, "
            + "tags MAP(VARCHAR, VARCHAR), clusteringProvider VARCHAR)"),
        ("remove", $"STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, "
            + $"{FileMembers})"),
    ];

    static readonly (string Name, string Type)[] TableColumns =
    [
        ("txn", "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)"),
        ("metaData", "STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, "
            + "format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, "
            + "partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)"),
        ("protocol", "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], "
            + "writerFeatures VARCHAR[])"),
        ("domainMetadata", "STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)"),
    ];

    static readonly (string Name, string Type)[] SidecarColumns =
    [
        ("checkpointMetadata", "STRUCT(\"version\" BIGINT, tags MAP(VARCHAR, VARCHAR))"),
        ("sidecar", "STRUCT(path VARCHAR, sizeInBytes BIGINT, modificationTime BIGINT, tags MAP(VARCHAR, VARCHAR))"),
    ];

    readonly string _scratch;
    readonly DuckDbDatabase _database;

    /// <summary>Starts in a folder that is not there yet.</summary>
    public CheckpointFileWriter(string scratch)
    {
        _scratch = scratch;
        Directory.CreateDirectory(scratch);
        _database = DuckDbDatabase.Open(options: CheckpointRows.DatabaseOptions);
    }

    /// <summary>A checkpoint of the first kind.</summary>
    public Task<CheckpointFile> ClassicAsync(IEnumerable<LogEntry> entries, CancellationToken ct) =>
        WriteAsync(entries, [.. TableColumns, .. FileColumns], ct);

    /// <summary>The first file of a checkpoint of the second kind.</summary>
    public Task<CheckpointFile> TopAsync(IEnumerable<LogEntry> entries, CancellationToken ct) =>
        WriteAsync(entries, [.. TableColumns, .. FileColumns, .. SidecarColumns], ct);

    /// <summary>One of its other files.</summary>
    public Task<CheckpointFile> SidecarAsync(IEnumerable<LogEntry> entries, CancellationToken ct) =>
        WriteAsync(entries, FileColumns, ct);

    /// <inheritdoc/>
    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_scratch, recursive: true);
    }

    async Task<CheckpointFile> WriteAsync(
        IEnumerable<LogEntry> entries, (string Name, string Type)[] columns, CancellationToken ct)
    {
        var lines = Path.Combine(_scratch, "actions.json");
        var parquet = Path.Combine(_scratch, "actions.parquet");
        var count = await WriteLinesAsync(entries, lines, ct);
        Convert(lines, parquet, columns, ct);
        return new CheckpointFile(await File.ReadAllBytesAsync(parquet, ct), count);
    }

    static async Task<long> WriteLinesAsync(IEnumerable<LogEntry> entries, string path, CancellationToken ct)
    {
        const int FlushBytes = 1 << 20;
        await using var file = File.Create(path);
        var buffer = new ArrayBufferWriter<byte>(2 * FlushBytes);
        long count = 0;
        foreach (var entry in entries)
        {
            buffer.Write(JsonSerializer.SerializeToUtf8Bytes(entry, DeltaJson.Log.LogEntry));
            buffer.Write("\n"u8);
            count++;
            if (buffer.WrittenCount < FlushBytes)
                continue;
            await file.WriteAsync(buffer.WrittenMemory, ct);
            buffer.ResetWrittenCount();
        }
        await file.WriteAsync(buffer.WrittenMemory, ct);
        return count;
    }

    void Convert(string lines, string parquet, (string Name, string Type)[] columns, CancellationToken ct)
    {
        var shapes = string.Join(
            ", ", columns.Select(static column => $"\"{column.Name}\": {SqlText.Literal(column.Type)}"));
        using var connection = _database.Connect();
        connection.Execute(
            $"""
            COPY (
              FROM read_json({SqlText.Literal(lines)}, format = 'newline_delimited', columns = {"{"}{shapes}{"}"})
            ) TO {SqlText.Literal(parquet)} (FORMAT parquet, COMPRESSION zstd)
            """,
            ct);
    }
}

/// <summary>A file of a checkpoint.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Actions">Its rows.</param>
readonly record struct CheckpointFile(byte[] Content, long Actions);
