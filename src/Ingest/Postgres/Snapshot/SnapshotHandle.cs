using Npgsql;

namespace Tapline.Ingest.Postgres.Snapshot;

/// <summary>An exported snapshot that parallel readers can enter while it is held.</summary>
/// <param name="Name">What <c>SET TRANSACTION SNAPSHOT</c> takes.</param>
/// <param name="Lsn">Its exact place among the commits: all before it are in it, none after it. Its rows carry
/// it.</param>
/// <param name="TakenMicros">When it was taken, microseconds since 1970.</param>
sealed record SnapshotHandle(string Name, long Lsn, long TakenMicros)
{
    /// <summary>The oldest transaction whose end a snapshot does not see, from inside a transaction that uses
    /// it.</summary>
    public static async Task<long> XminAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint", connection);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }
}
