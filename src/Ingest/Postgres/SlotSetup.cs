using Microsoft.Extensions.Logging;
using Npgsql;
using Npgsql.Replication;
using Tapline.Contracts;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Progress;
using Tapline.Ingest.Postgres.Snapshot;

namespace Tapline.Ingest.Postgres;

/// <summary>Holds the slot against what the log knows of it, and runs the first copy under the slot's own snapshot,
/// or a later one when the copy is resumed.
/// <para>The slot stays where the first snapshot was: what follows a resumed copy repeats changes that some rows have
/// in them. Each row says at which position it was copied, so that the reader of the log can tell.</para></summary>
sealed class SlotSetup(
    NpgsqlDataSource database,
    PostgresSourceOptions options,
    ProgressLog progress,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>The position that the slot has acknowledged; 0 when it is still to be created. Throws
    /// <see cref="TaplineException"/> when slot and log do not belong together.</summary>
    public async Task<long> CheckAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var slot = await new CatalogReader(connection).SlotAsync(options.SlotName, ct);
        switch (progress.Slot)
        {
            case null:
                return slot is null ? 0 : throw SlotFailure.Foreign(options);
            case { Stage: CopyStage.Creating }:
                // The creation's outcome was not recorded; nothing was read from the slot yet.
                await DropAsync(connection, options.SlotName, ct);
                return 0;
            case { } known when known.Slot != options.SlotName:
                throw new TaplineException(
                    $"this source has read from slot {known.Slot}, not from {options.SlotName}",
                    $"Set the slot name back to {known.Slot}, or start again under another pipeline name and with "
                    + "a new lake folder.");
            default:
                if (slot is null)
                    throw SlotFailure.Missing(options);
                return slot.IsLost ? throw SlotFailure.Lost(options, slot.Invalidation) : slot.ConfirmedLsn;
        }
    }

    /// <summary>Creates the slot if need be, copies what is left and records that the copy is done. Returns where to
    /// stream from.</summary>
    public async Task<long> CopyAsync(IReadOnlyList<SourceTable> tables, InitialCopy copy, CancellationToken ct)
    {
        var isDone = progress.Slot is not { Stage: CopyStage.Copying } && await CreateAndCopyAsync(tables, copy, ct);
        while (!isDone)
            isDone = await ResumeAsync(tables, copy, ct);
        var slot = progress.Slot! with { Stage = CopyStage.Copied };
        await progress.SetSlotAsync(slot, ct);
        return slot.Lsn;
    }

    /// <summary>Opens the copy again for tables that came to the publication after it was done. The slot lies before
    /// their copy, as with any copy that is resumed.</summary>
    public async Task ReopenForNewTablesAsync(IReadOnlyList<SourceTable> tables, CancellationToken ct)
    {
        if (progress.Slot is not { Stage: CopyStage.Copied } slot)
            return;
        await using var connection = await database.OpenConnectionAsync(ct);
        var plan = new CopyPlan(connection, progress, options.ChunkRows);
        foreach (var table in tables)
        {
            if (!await plan.IsNewAsync(table, ct))
                continue;
            await progress.SetSlotAsync(slot with { Stage = CopyStage.Copying }, ct);
            return;
        }
    }

    /// <summary>Records that there is no slot any more, and then drops it: a crash between the two is mended by the
    /// next start.</summary>
    public async Task ForgetAsync(CancellationToken ct)
    {
        var known = progress.Slot;
        await progress.SetSlotAsync(
            new SlotProgress(known?.Epoch ?? 0, CopyStage.Creating, options.SlotName, 0, 0), ct);
        await using var connection = await database.OpenConnectionAsync(ct);
        foreach (var name in new HashSet<string> { known?.Slot ?? options.SlotName, options.SlotName })
            await DropAsync(connection, name, ct);
    }

    async Task<bool> CreateAndCopyAsync(IReadOnlyList<SourceTable> tables, InitialCopy copy, CancellationToken ct)
    {
        var epoch = (progress.Slot?.Epoch ?? 0) + 1;
        await progress.SetSlotAsync(new SlotProgress(epoch, CopyStage.Creating, options.SlotName, 0, 0), ct);
        return await CopyAsync(options.SlotName, isTemporary: false, Created, tables, copy, ct);

        Task Created(long lsn)
        {
            logger.SlotCreated(options.SlotName, SourcePosition.FormatLsn(lsn), tables.Count);
            return progress.SetSlotAsync(progress.Slot! with { Stage = CopyStage.Copying, Lsn = lsn }, ct);
        }
    }

    // The slot of the first start lies before this snapshot: the stream will begin with changes that some rows have in
    // them. Only a slot's own snapshot stands at an exact position among the commits, so that the rows can say which.
    Task<bool> ResumeAsync(IReadOnlyList<SourceTable> tables, InitialCopy copy, CancellationToken ct) => CopyAsync(
        $"tapline_resume_{time.GetUtcNow().ToUnixTimeMilliseconds()}", isTemporary: true,
        static _ => Task.CompletedTask, tables, copy, ct);

    async Task<bool> CopyAsync(
        string slotName,
        bool isTemporary,
        Func<long, Task> created,
        IReadOnlyList<SourceTable> tables,
        InitialCopy copy,
        CancellationToken ct)
    {
        var connection = new LogicalReplicationConnection(SourceSession.ConnectionString(options.ConnectionString));
        try
        {
            await connection.Open(ct);
            var slot = await connection.CreatePgOutputReplicationSlot(
                slotName, isTemporary, LogicalSlotSnapshotInitMode.Export, cancellationToken: ct);
            var lsn = unchecked((long)(ulong)slot.ConsistentPoint);
            await created(lsn);
            // A commit at the slot's own position is the first that the snapshot does not have.
            var snapshot = new SnapshotHandle(slot.SnapshotName!, lsn - 1, EnvelopeWriter.UnixMicros(time.GetUtcNow()));
            return await copy.RunAsync(tables, snapshot, connection.DisposeAsync, ct);
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.ConfigurationLimitExceeded)
        {
            throw SlotFailure.NoneFree(full);
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    async Task DropAsync(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1", connection);
        command.Parameters.AddWithValue(name);
        try
        {
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            throw SlotFailure.InUse(options, exception);
        }
    }
}
