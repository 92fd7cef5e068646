using Microsoft.Extensions.Logging;
using Npgsql;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Looks at the slot now and then, and warns before it fills the disk or is lost.</summary>
sealed class SlotWatch(
    NpgsqlDataSource database, PostgresSourceOptions options, SourceMeter meter, TimeProvider time, ILogger logger)
{
    // Below this much room the server is close to invalidating the slot (max_slot_wal_keep_size).
    const long SafeBytesMin = 256L << 20;

    static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan _warningInterval = TimeSpan.FromMinutes(1);

    long _warned;

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(_interval, time);
        do
        {
            await using var connection = await database.OpenConnectionAsync(ct);
            if (await new CatalogReader(connection).SlotAsync(options.SlotName, ct) is { } slot)
                Look(slot);
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    void Look(ReplicationSlotState slot)
    {
        meter.SlotLagBytes = slot.LagBytes;
        var lags = slot.LagBytes > options.SlotLagWarnBytes || slot.SafeWalBytes < SafeBytesMin;
        if (!lags || (_warned != 0 && time.GetElapsedTime(_warned) < _warningInterval))
            return;
        _warned = time.GetTimestamp();
        logger.SlotLags(options.SlotName, slot.LagBytes, slot.SafeWalBytes);
    }
}
