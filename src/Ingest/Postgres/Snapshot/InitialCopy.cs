using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Progress;

namespace Tapline.Ingest.Postgres.Snapshot;

/// <summary>Copies the captured tables into the log under one snapshot, by parallel readers. A chunk counts as done
/// when the log has acknowledged its every row, and is not copied again by a later start.</summary>
sealed class InitialCopy(
    NpgsqlDataSource database,
    PostgresSourceOptions options,
    IEventLog log,
    ProgressLog progress,
    TableRegistry registry,
    SourceMeter meter,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Copies what is left; false when relations were altered before their turn came, in ways that this
    /// snapshot does not see through: they take another one. <paramref name="entered"/> is called when every reader is
    /// inside the snapshot, which need not be held any longer.</summary>
    public async Task<bool> RunAsync(
        IReadOnlyList<SourceTable> tables, SnapshotHandle snapshot, Func<ValueTask> entered, CancellationToken ct)
    {
        var readers = new List<NpgsqlConnection>();
        try
        {
            for (var i = 0; i < Math.Max(1, options.SnapshotParallelism); i++)
                readers.Add(await EnterAsync(snapshot, ct));
            await entered();
            var xmin = await SnapshotHandle.XminAsync(readers[0], ct);
            if (progress.Slot!.SnapshotXmin == 0)
                await progress.SetSlotAsync(progress.Slot with { SnapshotXmin = xmin }, ct);
            var chunks = await PlanAsync(readers[0], tables, ct);
            logger.CopyResumed(chunks.Count, tables.Count);
            var queue = Channel.CreateUnbounded<CopyChunk>();
            foreach (var chunk in chunks)
                queue.Writer.TryWrite(chunk);
            queue.Writer.Complete();
            var left = 0;
            var copies = readers.Select(reader => (Func<CancellationToken, Task>)(async c =>
                Interlocked.Add(ref left, await CopyAsync(reader, queue.Reader, snapshot, xmin, c))));
            await TaskScope.RunAllAsync([.. copies], ct);
            if (left > 0)
                return false;
            logger.CopyDone(meter.Read().Tables.Sum(static t => t.RowsCopied), tables.Count);
            return true;
        }
        finally
        {
            foreach (var reader in readers)
                await reader.DisposeAsync();
        }
    }

    async Task<NpgsqlConnection> EnterAsync(SnapshotHandle snapshot, CancellationToken ct)
    {
        var connection = await database.OpenConnectionAsync(ct);
        try
        {
            await using var command = new NpgsqlCommand(
                "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                + $"SET TRANSACTION SNAPSHOT '{snapshot.Name}'",
                connection);
            await command.ExecuteNonQueryAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    async Task<List<CopyChunk>> PlanAsync(
        NpgsqlConnection connection, IReadOnlyList<SourceTable> tables, CancellationToken ct)
    {
        var plan = new CopyPlan(connection, progress, options.ChunkRows);
        // A table may have gained a column between the look at the tables and the snapshot: its rows have it then.
        await using var present = await database.OpenConnectionAsync(ct);
        var catalog = new CatalogReader(present);
        var newest = (await catalog.PublishedTablesAsync(options.Publications, ct))
            .ToDictionary(static table => table.RelationId);
        var chunks = new List<CopyChunk>();
        foreach (var known in tables)
        {
            var source = newest.GetValueOrDefault(known.RelationId, known);
            var columns = await catalog.DescribeAsync(source.RelationId, source.Columns, ct);
            var table = await registry.CaptureAsync(source.Id, columns, ct);
            var left = await plan.LeftAsync(source, table, ct);
            Interlocked.Add(ref meter.Table(source.Id).Estimated, left.Sum(static c => c.RowsEstimated));
            chunks.AddRange(left);
        }
        return chunks;
    }

    // Returns how many chunks it had to leave.
    async Task<int> CopyAsync(
        NpgsqlConnection connection,
        ChannelReader<CopyChunk> queue,
        SnapshotHandle snapshot,
        long xmin,
        CancellationToken ct)
    {
        await using var producer = log.OpenProducer("tapline-ingest-copy");
        var writer = new EnvelopeWriter(options.Prefix, connection.Database, time);
        writer.BeginSnapshot(snapshot.Lsn, snapshot.TakenMicros, xmin & uint.MaxValue);
        var left = 0;
        while (queue.TryRead(out var chunk))
        {
            ct.ThrowIfCancellationRequested();
            if (!await IsAsOfSnapshotAsync(connection, chunk.Relation, ct)
                || await OpenAsync(connection, chunk, ct) is not { } export)
            {
                logger.RelationAltered(chunk.Relation);
                left++;
                continue;
            }
            long rows;
            using (export)
                rows = await CopyChunkAsync(export, producer, writer, chunk, snapshot.Lsn, ct);
            await ExecuteAsync(connection, "RELEASE SAVEPOINT chunk", ct);
            await producer.FlushAsync(ct);
            if (chunk.Number is not { } number)
                continue;
            await progress.SetDoneAsync(chunk.Relation, number, rows, ct);
            logger.ChunkDone(number, chunk.Relation, rows);
        }
        return left;
    }

    // TRUNCATE, and an ALTER TABLE that writes a table anew, hide the old rows from snapshots that should see them
    // (https://www.postgresql.org/docs/current/mvcc-caveats.html). The catalog as the snapshot has it names the old
    // file; the function looks at what is there now, and under the lock nobody can change that any more.
    static async Task<bool> IsAsOfSnapshotAsync(NpgsqlConnection connection, string relation, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"LOCK TABLE ONLY {relation} IN ACCESS SHARE MODE; "
            + "SELECT relfilenode = pg_relation_filenode(oid) FROM pg_class "
            + $"WHERE oid = '{relation.Replace("'", "''", StringComparison.Ordinal)}'::regclass",
            connection);
        return await command.ExecuteScalarAsync(ct) is true;
    }

    // Null when a column was renamed or dropped since the copy was planned. The snapshot goes on.
    static async Task<TextReader?> OpenAsync(NpgsqlConnection connection, CopyChunk chunk, CancellationToken ct)
    {
        try
        {
            await ExecuteAsync(connection, "SAVEPOINT chunk", ct);
            return await connection.BeginTextExportAsync($"COPY ({chunk.Query}) TO STDOUT", ct);
        }
        catch (PostgresException changed) when (changed.SqlState == PostgresErrorCodes.UndefinedColumn)
        {
            await ExecuteAsync(connection, "ROLLBACK TO SAVEPOINT chunk; RELEASE SAVEPOINT chunk", ct);
            return null;
        }
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    async Task<long> CopyChunkAsync(
        TextReader export,
        IEventProducer producer,
        EnvelopeWriter writer,
        CopyChunk chunk,
        long lsn,
        CancellationToken ct)
    {
        var table = chunk.Table;
        var counts = meter.Table(table.Schema.Table);
        var row = new RowText();
        var rows = 0L;
        // The reader that Npgsql gives decodes characters over a stream of the very bytes that are wanted here.
        var copied = new CopyTextReader(((StreamReader)export).BaseStream);
        while (await copied.ReadAsync(row, ct))
        {
            writer.Clear();
            var key = writer.WriteKey(table, row);
            var value = writer.WriteChange(table, ChangeKind.Read, null, row, null, lsn);
            await producer.AppendAsync(
                new EventRecord(table.Topic, writer.Slice(key), writer.Slice(value))
                {
                    Partition = table.HasKey ? null : 0,
                    Headers = table.Headers,
                },
                ct);
            rows++;
            meter.CountCopied(counts);
        }
        return rows;
    }
}
