using System.Globalization;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>Writes a snapshot as a checkpoint, with the hint at it and the version's checksum. A table that takes
/// checkpoints of the second kind gets one where it has more files than one file of a checkpoint tells of.</summary>
sealed class CheckpointWriter(IObjectStore store, LogFolder folder, DeltaServices services)
{
    const string IntervalProperty = "delta.checkpointInterval";

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
        var written = await WriteCheckpointAsync(snapshot, ct);
        var hint = new LastCheckpoint(snapshot.Version, written.Actions)
        {
            SizeInBytes = written.SizeInBytes,
            NumOfAddFiles = snapshot.Files.Count,
        };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(hint, DeltaJson.Log.LastCheckpoint);
        await store.PutAsync(folder.LastCheckpoint, bytes, ct);
        var checksum = JsonSerializer.SerializeToUtf8Bytes(
            VersionChecksum.Of(snapshot), DeltaJson.Log.VersionChecksum);
        await store.PutAsync(folder.Checksum(snapshot.Version), checksum, ct);
        return written;
    }

    async Task<CheckpointOutcome.Written> WriteCheckpointAsync(DeltaSnapshot snapshot, CancellationToken ct)
    {
        var scratch = Path.Combine(Path.GetTempPath(), $"tapline-checkpoint-{services.NewId():N}");
        using var files = new CheckpointFileWriter(scratch);
        if (snapshot.TakesV2Checkpoints
            && snapshot.Files.Count + snapshot.Tombstones.Count > services.CheckpointFileActionsMax)
            return await WriteSidecarsAsync(files, snapshot, ct);
        var file = await files.ClassicAsync(TableEntries(snapshot).Concat(FileEntries(snapshot)), ct);
        // Two writers of one version write equal actions, so it does not matter whose file stays.
        await store.PutAsync(folder.Checkpoint(snapshot.Version), file.Content, ct);
        return new CheckpointOutcome.Written(snapshot.Version, file.Actions, file.Content.Length);
    }

    // The file that names the others comes last: a checkpoint that is listed is whole.
    async Task<CheckpointOutcome.Written> WriteSidecarsAsync(
        CheckpointFileWriter files, DeltaSnapshot snapshot, CancellationToken ct)
    {
        var (actions, sizeInBytes) = (0L, 0L);
        var sidecars = new List<LogEntry>();
        foreach (var entries in FileEntries(snapshot).Chunk(services.CheckpointFileActionsMax))
        {
            var file = await files.SidecarAsync(entries, ct);
            var name = $"{services.NewId():D}.parquet";
            await store.PutAsync(folder.Sidecar(name), file.Content, ct);
            var writtenAt = services.Time.GetUtcNow().ToUnixTimeMilliseconds();
            sidecars.Add(new LogEntry
            {
                Sidecar = new Sidecar(name, file.Content.Length) { ModificationTime = writtenAt },
            });
            (actions, sizeInBytes) = (actions + file.Actions, sizeInBytes + file.Content.Length);
        }
        var mark = new LogEntry { CheckpointMetadata = new CheckpointMetadata(snapshot.Version) };
        var top = await files.TopAsync(TableEntries(snapshot).Prepend(mark).Concat(sidecars), ct);
        await store.PutAsync(folder.Checkpoint(snapshot.Version, services.NewId()), top.Content, ct);
        return new CheckpointOutcome.Written(
            snapshot.Version, actions + top.Actions, sizeInBytes + top.Content.Length);
    }

    static IEnumerable<LogEntry> TableEntries(DeltaSnapshot snapshot)
    {
        yield return new LogEntry { Protocol = snapshot.Protocol };
        yield return new LogEntry { Metadata = snapshot.Metadata };
        foreach (var transaction in snapshot.Transactions.Values)
            yield return new LogEntry { Transaction = transaction };
        foreach (var domain in snapshot.Domains.Values)
            yield return new LogEntry { DomainMetadata = domain };
    }

    // A checkpoint repeats what is there; it changes no data.
    static IEnumerable<LogEntry> FileEntries(DeltaSnapshot snapshot)
    {
        foreach (var file in snapshot.Files.Values)
            yield return new LogEntry { Add = file with { DataChange = false } };
        foreach (var tombstone in snapshot.Tombstones.Values)
            yield return new LogEntry { Remove = tombstone with { DataChange = false } };
    }
}
