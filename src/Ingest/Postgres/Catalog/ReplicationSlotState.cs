namespace Tapline.Ingest.Postgres.Catalog;

/// <summary>A row of <c>pg_replication_slots</c>.</summary>
/// <param name="Plugin">The output plugin; null for a physical slot.</param>
/// <param name="ActivePid">The server process that reads it; null when nobody does.</param>
/// <param name="ConfirmedLsn">Up to where its reader has acknowledged.</param>
/// <param name="WalStatus"><c>reserved</c>, <c>extended</c>, <c>unreserved</c> or <c>lost</c>.</param>
/// <param name="SafeWalBytes">How much may be written before the slot can be lost; null without a limit.</param>
/// <param name="LagBytes">How much log lies between the acknowledged position and the present one.</param>
/// <param name="RetainedBytes">How much log the server keeps on its disk for the slot.</param>
/// <param name="Invalidation">Why the server has given the slot up, in its own word; null where it has not, or before
/// PostgreSQL 17.</param>
sealed record ReplicationSlotState(
    string? Plugin,
    int? ActivePid,
    long ConfirmedLsn,
    string? WalStatus,
    long? SafeWalBytes,
    long LagBytes,
    long RetainedBytes,
    string? Invalidation)
{
    /// <summary>Whether changes are missing from it for good.</summary>
    public bool IsLost => WalStatus == "lost" || Invalidation is not null;
}
