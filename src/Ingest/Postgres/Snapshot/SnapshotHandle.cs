using Npgsql;
using NpgsqlTypes;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Snapshot;

/// <summary>An exported snapshot that parallel readers can enter while it is held.</summary>
/// <param name="Name">What <c>SET TRANSACTION SNAPSHOT</c> takes.</param>
/// <param name="Lsn">The position that its rows carry: no change before it is missing from them.</param>
/// <param name="Xmin">The oldest transaction whose end it does not see.</param>
/// <param name="TakenMicros">When it was taken, microseconds since 1970.</param>
sealed record SnapshotHandle(string Name, long Lsn, long Xmin, long TakenMicros)
{
    /// <summary>Reads what identifies a snapshot from inside a transaction that uses it.</summary>
    public static async Task<(long Xmin, long Lsn, long Micros)> IdentifyAsync(
        NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_current_wal_insert_lsn(), now()",
            connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (
            reader.GetInt64(0),
            unchecked((long)(ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(1)),
            EnvelopeWriter.UnixMicros(reader.GetFieldValue<DateTimeOffset>(2)));
    }
}
