using System.Globalization;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Tapline.Contracts.Schema;
using Tapline.Serving.Verification;

namespace Tapline.Cli.Verification;

/// <summary>A database as it was at an exact position of its log: what a new logical slot exports. Holds two
/// connections and a temporary slot, which end with it.</summary>
sealed class SourceSnapshot : ISourceSql, IAsyncDisposable
{
    readonly LogicalReplicationConnection _slot;
    readonly NpgsqlConnection _session;

    SourceSnapshot(LogicalReplicationConnection slot, NpgsqlConnection session, long lsn)
    {
        _slot = slot;
        _session = session;
        Lsn = lsn;
    }

    /// <summary>Everything committed before this position is in the snapshot, nothing after it.</summary>
    public long Lsn { get; }

    /// <summary>Takes a snapshot. Waits for transactions that are open at the moment.</summary>
    public static async Task<SourceSnapshot> TakeAsync(string connectionString, string slotName, CancellationToken ct)
    {
        var slot = new LogicalReplicationConnection(connectionString);
        NpgsqlConnection? session = null;
        try
        {
            await slot.Open(ct);
            var created = await slot.CreatePgOutputReplicationSlot(
                slotName, temporarySlot: true, slotSnapshotInitMode: LogicalSlotSnapshotInitMode.Export,
                cancellationToken: ct);
            session = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            await session.OpenAsync(ct);
            var begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                + $"SET TRANSACTION SNAPSHOT '{created.SnapshotName}'";
            await using var command = new NpgsqlCommand(begin, session);
            await command.ExecuteNonQueryAsync(ct);
            return new SourceSnapshot(slot, session, unchecked((long)(ulong)created.ConsistentPoint));
        }
        catch
        {
            if (session is not null)
                await session.DisposeAsync();
            await slot.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<string?[]>> ReadAsync(string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, _session) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<string?[]>();
        while (await reader.ReadAsync(ct))
        {
            var row = new string?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture);
            rows.Add(row);
        }
        return rows;
    }

    /// <summary>A table's columns by name, each with its place in the primary key from 0, or -1; none when there is no
    /// such table.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ColumnsAsync(TableId table, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT a.attname, coalesce(array_position(i.indkey::int2[], a.attnum), -1)
            FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
            """, _session);
        command.Parameters.Add(new NpgsqlParameter { Value = table.Schema });
        command.Parameters.Add(new NpgsqlParameter { Value = table.Name });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
            columns[reader.GetString(0)] = reader.GetInt32(1);
        return columns;
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _slot.DisposeAsync();
    }
}
