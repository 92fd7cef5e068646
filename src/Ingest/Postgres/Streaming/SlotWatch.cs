using Microsoft.Extensions.Logging;
using Npgsql;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Looks at the slot now and then, and warns before it fills the disk or is lost.</summary>
sealed class SlotWatch(
    NpgsqlDataSource database, PostgresSourceOptions options, SourceMeter meter, TimeProvider time, ILogger logger)
{
    static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan _warningInterval = TimeSpan.FromMinutes(1);

    long _warned;
    bool _wasError;

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
        var alarm = SlotAlarm.Of(slot, options);
        if (alarm is null)
        {
            _warned = 0;
            return;
        }
        // What has become worse is told at once.
        var isNews = alarm.IsError && !_wasError;
        if (_warned != 0 && !isNews && time.GetElapsedTime(_warned) < _warningInterval)
            return;
        (_warned, _wasError) = (time.GetTimestamp(), alarm.IsError);
        if (alarm.IsError)
            logger.SlotIsInDanger(alarm.Message, alarm.Hint);
        else
            logger.SlotLags(alarm.Message, alarm.Hint);
    }
}
