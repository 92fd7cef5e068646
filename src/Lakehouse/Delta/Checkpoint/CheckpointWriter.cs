using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>Writes a snapshot as a checkpoint of the first kind, in one file, with the hint at it and the version's
/// checksum.</summary>
sealed class CheckpointWriter(IObjectStore store, LogFolder folder, DeltaServices services)
{
    const string IntervalProperty = "delta.checkpointInterval";
    const string FileMembers = "partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, "
        + "deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, \"offset\" INTEGER, sizeInBytes INTEGER, "
        + "cardinality BIGINT), baseRowId BIGINT, defaultRowCommitVersion BIGINT";

    static readonly (string Name, string Type)[] Columns =
    [
        ("txn", "STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)"),
        ("add", $"STRUCT(path VARCHAR, {FileMembers}, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, "
            + "tags MAP(VARCHAR, VARCHAR), clusteringProvider VARCHAR)"),
        ("remove", $"STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, "
            + $"{FileMembers})"),
        ("metaData", "STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, "
            + "format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, "
            + "partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)"),
        ("protocol", "STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], "
            + "writerFeatures VARCHAR[])"),
        ("domainMetadata", "STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)"),
    ];

    /// <summary>Whether a version is one that gets a checkpoint.</summary>
    public bool IsDue(DeltaSnapshot snapshot)
    {
        var property = snapshot.Metadata.Property(IntervalProperty);
        var isSet = int.TryParse(property, NumberStyles.None, CultureInfo.InvariantCulture, out var own) && own > 0;
        var interval = isSet ? own : services.CheckpointInterval;
        return snapshot.Version > 0 && snapshot.Version % interval == 0;
    }

    /// <summary>Writes the checkpoint of a snapshot. Never throws but for cancellation.</summary>
    public async Task<CheckpointOutcome> WriteAsync(DeltaSnapshot snapshot, CancellationToken ct)
    {
        try
        {
            return await WriteFilesAsync(snapshot, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new CheckpointOutcome.Failed(snapshot.Version, e);
        }
    }

    async Task<CheckpointOutcome> WriteFilesAsync(DeltaSnapshot snapshot, CancellationToken ct)
    {
        var scratch = Path.Combine(Path.GetTempPath(), $"tapline-checkpoint-{services.NewId():N}");
        Directory.CreateDirectory(scratch);
        try
        {
            var lines = Path.Combine(scratch, "actions.json");
            var parquet = Path.Combine(scratch, "checkpoint.parquet");
            var actions = await WriteLinesAsync(snapshot, lines, ct);
            Convert(lines, parquet, ct);
            var content = await File.ReadAllBytesAsync(parquet, ct);
            // Two writers of one version write equal actions, so it does not matter whose file stays.
            await store.PutAsync(folder.Checkpoint(snapshot.Version), content, ct);
            var hint = new LastCheckpoint(snapshot.Version, actions)
            {
                SizeInBytes = content.Length,
                NumOfAddFiles = snapshot.Files.Count,
            };
            var bytes = JsonSerializer.SerializeToUtf8Bytes(hint, DeltaJson.Log.LastCheckpoint);
            await store.PutAsync(folder.LastCheckpoint, bytes, ct);
            var checksum = JsonSerializer.SerializeToUtf8Bytes(
                VersionChecksum.Of(snapshot), DeltaJson.Log.VersionChecksum);
            await store.PutAsync(folder.Checksum(snapshot.Version), checksum, ct);
            return new CheckpointOutcome.Written(snapshot.Version, actions, content.Length);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    static async Task<long> WriteLinesAsync(DeltaSnapshot snapshot, string path, CancellationToken ct)
    {
        const int FlushBytes = 1 << 20;
        await using var file = File.Create(path);
        var buffer = new ArrayBufferWriter<byte>(2 * FlushBytes);
        long count = 0;
        foreach (var entry in Entries(snapshot))
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

    static IEnumerable<LogEntry> Entries(DeltaSnapshot snapshot)
    {
        yield return new LogEntry { Protocol = snapshot.Protocol };
        yield return new LogEntry { Metadata = snapshot.Metadata };
        foreach (var transaction in snapshot.Transactions.Values)
            yield return new LogEntry { Transaction = transaction };
        foreach (var domain in snapshot.Domains.Values)
            yield return new LogEntry { DomainMetadata = domain };
        // A checkpoint repeats what is there; it changes no data.
        foreach (var file in snapshot.Files.Values)
            yield return new LogEntry { Add = file with { DataChange = false } };
        foreach (var tombstone in snapshot.Tombstones.Values)
            yield return new LogEntry { Remove = tombstone with { DataChange = false } };
    }

    static void Convert(string lines, string parquet, CancellationToken ct)
    {
        var columns = string.Join(
            ", ", Columns.Select(static column => $"\"{column.Name}\": {SqlText.Literal(column.Type)}"));
        using var database = DuckDbDatabase.Open(options: CheckpointRows.DatabaseOptions);
        using var connection = database.Connect();
        connection.Execute(
            $"""
            COPY (
              FROM read_json({SqlText.Literal(lines)}, format = 'newline_delimited', columns = {"{"}{columns}{"}"})
            ) TO {SqlText.Literal(parquet)} (FORMAT parquet, COMPRESSION zstd)
            """,
            ct);
    }
}
