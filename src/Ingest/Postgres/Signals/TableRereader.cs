using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Snapshot;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>Reads the tables that signals ask for, in the order of their keys and piece by piece, while the stream goes
/// on; the stream gives each piece its place. A piece is done when the log has it, and is not read again after a
/// restart.</summary>
sealed class TableRereader(
    NpgsqlDataSource database,
    PostgresSourceOptions options,
    RereadQueue queue,
    RereadWindow window,
    IEventProducer producer,
    TimeProvider time,
    ILogger logger)
{
    static readonly TimeSpan _retryPause = TimeSpan.FromMilliseconds(50);

    readonly long _run = time.GetUtcNow().UtcTicks;
    long _pieces;

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            if (queue.Current is not { } table)
            {
                await queue.WaitAsync(ct);
                continue;
            }
            try
            {
                await ReadPieceAsync(table, ct);
            }
            catch (PostgresException exception) when (exception.SqlState.StartsWith("42", StringComparison.Ordinal))
            {
                // The table or a column is gone, or the condition cannot be understood.
                await RefuseAsync(table, $"SQLSTATE {exception.SqlState}", ct);
            }
        }
    }

    async Task ReadPieceAsync(RereadTable table, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var id = string.Create(CultureInfo.InvariantCulture, $"{_run}-{++_pieces}");
        if (table.BeginLsn == 0)
        {
            table = table with { BeginLsn = await InsertLsnAsync(connection, ct) };
            logger.RereadBegun(table.Id.ToString(), table.Filter is not null);
        }
        window.Expect(id, table.Id);
        await MarkAsync(connection, $"open {id}", ct);
        if (await ReadAsync(connection, id, table, ct) is not { } chunk)
            return;
        window.Offer(chunk);
        await MarkAsync(connection, $"close {id}", ct);
        if (!await chunk.Placed.WaitAsync(ct))
        {
            await Task.Delay(_retryPause, time, ct);
            return;
        }
        await producer.FlushAsync(ct);
        await queue.AdvanceAsync(table, chunk.IsLast ? null : chunk.Table, ct);
        if (chunk.IsLast)
            logger.RereadDone(table.Id.ToString());
    }

    async Task<RereadChunk?> ReadAsync(
        NpgsqlConnection connection, string id, RereadTable table, CancellationToken ct)
    {
        var name = $"{SourceSession.Quote(table.Schema)}.{SourceSession.Quote(table.Name)}";
        // The lock keeps the columns as they are; the snapshot is taken after it.
        await ExecuteAsync(
            connection,
            "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; "
            + $"LOCK TABLE {name} IN ACCESS SHARE MODE",
            ct);
        var catalog = new CatalogReader(connection);
        var source = (await catalog.PublishedTablesAsync(options.Publications, ct)).Find(t => t.Id == table.Id);
        if (source is null)
            return await RefuseAsync(table, "no publication has it", ct);
        var description = await catalog.DescribeAsync(source.RelationId, source.Columns, ct);
        var columns = description.Columns;
        ImmutableArray<ColumnSchema> keys =
            [.. columns.Where(static c => c.IsKey).OrderBy(static c => c.KeyOrdinal)];
        if (keys.IsEmpty)
            return await RefuseAsync(table, "it has no primary key", ct);
        var bounds = await BoundsAsync(connection, ct);
        var query = new RereadQuery(name, columns, keys, source.RowFilter, table.Filter);
        if (table.Last is null)
            table = table with { Last = await LastAsync(connection, query, ct) };
        var rows = table.Last is null ? [] : await CopyAsync(connection, query.Piece(table, options.RereadRows), ct);
        await ExecuteAsync(connection, "COMMIT", ct);
        var next = rows.Count == 0 ? table : table with { Done = query.KeyOf(rows[^1]) };
        return new RereadChunk(id, next, description, rows, bounds, rows.Count < options.RereadRows);
    }

    async Task<RereadChunk?> RefuseAsync(RereadTable table, string reason, CancellationToken ct)
    {
        logger.RereadRefused(table.Id.ToString(), reason);
        await queue.AdvanceAsync(table, null, ct);
        return null;
    }

    static async Task<List<RowText>> CopyAsync(NpgsqlConnection connection, string query, CancellationToken ct)
    {
        var rows = new List<RowText>();
        var row = new RowText();
        using var export = await connection.BeginTextExportAsync($"COPY ({query}) TO STDOUT", ct);
        var copied = new CopyTextReader(((StreamReader)export).BaseStream);
        while (await copied.ReadAsync(row, ct))
            rows.Add(row.Copy());
        return rows;
    }

    static async Task<ImmutableArray<string>?> LastAsync(
        NpgsqlConnection connection, RereadQuery query, CancellationToken ct)
    {
        var rows = await CopyAsync(connection, query.Last, ct);
        if (rows.Count == 0)
            return null;
        return [.. Enumerable.Range(0, rows[0].Count).Select(i => Encoding.UTF8.GetString(rows[0].Text(i)))];
    }

    static async Task<SnapshotBounds> BoundsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_current_snapshot()::text, clock_timestamp()", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return SnapshotBounds.Parse(
            reader.GetString(0), EnvelopeWriter.UnixMicros(reader.GetFieldValue<DateTimeOffset>(1)));
    }

    static async Task<long> InsertLsnAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT pg_current_wal_insert_lsn()", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return unchecked((long)(ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(0));
    }

    // As part of a transaction: its commit is flushed at once, so that the mark reaches the stream.
    static Task MarkAsync(NpgsqlConnection connection, string content, CancellationToken ct) => ExecuteAsync(
        connection, $"SELECT pg_logical_emit_message(true, '{RereadPlacer.MarkPrefix}', '{content}')", ct);

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
