using Npgsql;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Postgres;

/// <summary>A source's slot as the server has it now.</summary>
/// <param name="IsActive">Whether somebody reads it.</param>
/// <param name="WalStatus">The server's word for how its log is kept: <c>reserved</c>, <c>extended</c>,
/// <c>unreserved</c> or <c>lost</c>.</param>
/// <param name="ConfirmedLsn">Up to where its reader has acknowledged.</param>
/// <param name="BehindBytes">How much log was written since.</param>
/// <param name="RetainedBytes">How much log the server keeps on its disk for it.</param>
/// <param name="SafeBytes">How much more may be written before it can be lost; null without a limit.</param>
/// <param name="Problem">What a person should look at; null for nothing.</param>
/// <param name="Hint">What to do about that.</param>
public sealed record PostgresSlot(
    bool IsActive,
    string? WalStatus,
    long ConfirmedLsn,
    long BehindBytes,
    long RetainedBytes,
    long? SafeBytes,
    string? Problem,
    string? Hint)
{
    /// <summary>Asks the server; null when there is no such slot.</summary>
    public static async Task<PostgresSlot?> ReadAsync(PostgresSourceOptions options, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(SourceSession.ConnectionString(options.ConnectionString));
        await connection.OpenAsync(ct);
        if (await new CatalogReader(connection).SlotAsync(options.SlotName, ct) is not { } slot)
            return null;
        var alarm = SlotAlarm.Of(slot, options);
        return new PostgresSlot(
            slot.ActivePid is not null,
            slot.WalStatus,
            slot.ConfirmedLsn,
            slot.LagBytes,
            slot.RetainedBytes,
            slot.SafeWalBytes,
            alarm?.Message,
            alarm?.Hint);
    }
}
