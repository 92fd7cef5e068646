using Microsoft.Extensions.Logging;

namespace Tapline.Streaming;

/// <summary>What the stream worker logs; ids 3xxx.</summary>
static partial class Log
{
    [LoggerMessage(3001, LogLevel.Debug,
        "lane {Lane} committed epoch {Epoch}: {Tables} tables, {Rows} changes in {Ms} ms")]
    public static partial void EpochCommitted(
        this ILogger logger, int lane, long epoch, int tables, long rows, long ms);

    [LoggerMessage(3002, LogLevel.Information,
        "lane {Lane} goes on after epoch {Epoch}: {Tables} tables, {Rows} rows in {Ms} ms")]
    public static partial void LaneLoaded(this ILogger logger, int lane, long epoch, int tables, long rows, long ms);

    [LoggerMessage(3003, LogLevel.Information, "lane {Lane} finished epoch {Epoch}, which an earlier run had begun")]
    public static partial void EpochRecovered(this ILogger logger, int lane, long epoch);

    [LoggerMessage(3004, LogLevel.Warning, "lane {Lane} starts over from the lake: {Reason}")]
    public static partial void LaneFenced(this ILogger logger, int lane, string reason);

    [LoggerMessage(3005, LogLevel.Warning, "schema record at {Topic} offset {Offset} is ignored: {Reason}")]
    public static partial void SchemaRecordIgnored(this ILogger logger, string topic, long offset, string reason);

    [LoggerMessage(3006, LogLevel.Warning,
        "{Count} records of {Topic} went to quarantine, the last at offset {Offset}: {Reason}")]
    public static partial void Quarantined(this ILogger logger, long count, string topic, long offset, string reason);

    [LoggerMessage(3007, LogLevel.Warning,
        "{Topic} begins at offset {Start}: what stood before was removed from the log unread")]
    public static partial void TopicTrimmed(this ILogger logger, string topic, long start);

    [LoggerMessage(3009, LogLevel.Error, "lane {Lane} failed and starts over from the lake")]
    public static partial void LaneFailed(this ILogger logger, int lane, Exception failure);

    [LoggerMessage(3008, LogLevel.Information, "lane {Lane} reads {Topic} from offset {Offset}")]
    public static partial void TopicAssigned(this ILogger logger, int lane, string topic, long offset);

    [LoggerMessage(3010, LogLevel.Warning, "lane {Lane} shows a transaction in parts: {Reason}")]
    public static partial void TransactionSplit(this ILogger logger, int lane, string reason);

    [LoggerMessage(3012, LogLevel.Debug,
        "lane {Lane} removed {Files} files of {Bytes} bytes and {Commits} files of logs that nobody needs")]
    public static partial void LakeCleaned(this ILogger logger, int lane, int files, long bytes, int commits);

    [LoggerMessage(3013, LogLevel.Warning, "lane {Lane} could not remove files that nobody needs")]
    public static partial void LakeNotCleaned(this ILogger logger, int lane, Exception failure);

    [LoggerMessage(3014, LogLevel.Information, "lane {Lane} is this worker's")]
    public static partial void LaneTaken(this ILogger logger, int lane);

    [LoggerMessage(3015, LogLevel.Information, "lane {Lane} is not this worker's any more")]
    public static partial void LaneReleased(this ILogger logger, int lane);

    [LoggerMessage(3016, LogLevel.Error, "nobody says which lanes are this worker's; asked again")]
    public static partial void LanesNotOwned(this ILogger logger, Exception failure);

    [LoggerMessage(3017, LogLevel.Information,
        "lane {Lane} sends {Count} messages back from quarantine, whose devices have become known")]
    public static partial void ParkedSentBack(this ILogger logger, int lane, int count);

    [LoggerMessage(3018, LogLevel.Warning,
        "rows of {Table} are changed or deleted: windows over it count each row as it came")]
    public static partial void WindowTableChanged(this ILogger logger, string table);

    [LoggerMessage(3011, LogLevel.Warning, "transaction record at {Topic} offset {Offset} is ignored: {Reason}")]
    public static partial void TransactionRecordIgnored(
        this ILogger logger, string topic, long offset, string reason);

    [LoggerMessage(3019, LogLevel.Information, "lane {Lane} computes {Count} models anew: {Names}")]
    public static partial void ModelsStale(this ILogger logger, int lane, int count, string names);

    [LoggerMessage(3020, LogLevel.Information, "model {Model} took {Ms} ms for {Rows} changed rows")]
    public static partial void ModelSlow(this ILogger logger, string model, long ms, int rows);

    [LoggerMessage(3021, LogLevel.Warning,
        "model {Model} cannot be computed for {Count} keys, whose rows stay as they were: {Reason}")]
    public static partial void ModelFailed(this ILogger logger, string model, int count, string reason);
}
