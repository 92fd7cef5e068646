using Microsoft.Extensions.Logging;

namespace Tapline.Ingest;

/// <summary>What the sources say; ids 1000 to 1999. Never a row's contents, never a connection string.</summary>
static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "slot {Slot} created at {Lsn}; the copy of {Tables} tables begins")]
    public static partial void SlotCreated(this ILogger logger, string slot, string lsn, int tables);

    [LoggerMessage(1002, LogLevel.Information, "copy resumed: {Chunks} chunks of {Tables} tables are left")]
    public static partial void CopyResumed(this ILogger logger, int chunks, int tables);

    [LoggerMessage(1003, LogLevel.Information, "copy done: {Rows} rows of {Tables} tables")]
    public static partial void CopyDone(this ILogger logger, long rows, int tables);

    [LoggerMessage(1019, LogLevel.Information,
        "{Relation} was altered since the snapshot was taken; it is copied under another one")]
    public static partial void RelationAltered(this ILogger logger, string relation);

    [LoggerMessage(1004, LogLevel.Debug, "chunk {Chunk} of {Table} copied: {Rows} rows")]
    public static partial void ChunkDone(this ILogger logger, int chunk, string table, long rows);

    [LoggerMessage(1005, LogLevel.Information, "streaming from slot {Slot} at {Lsn}")]
    public static partial void StreamingStarted(this ILogger logger, string slot, string lsn);

    [LoggerMessage(1006, LogLevel.Information, "streaming stopped; acknowledged up to {Lsn}")]
    public static partial void StreamingStopped(this ILogger logger, string lsn);

    [LoggerMessage(1007, LogLevel.Debug, "acknowledged up to {Lsn}")]
    public static partial void Acknowledged(this ILogger logger, string lsn);

    [LoggerMessage(1008, LogLevel.Information, "schema version {Version} of {Table}: {Columns} columns")]
    public static partial void SchemaRegistered(this ILogger logger, string table, int version, int columns);

    [LoggerMessage(1009, LogLevel.Warning, "connection to the database lost ({Reason}); next try in {Delay}")]
    public static partial void ConnectionLost(this ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(1010, LogLevel.Warning, "{Message}. {Hint}")]
    public static partial void SlotLags(this ILogger logger, string message, string hint);

    [LoggerMessage(1018, LogLevel.Error, "{Message}. {Hint}")]
    public static partial void SlotIsInDanger(this ILogger logger, string message, string hint);

    [LoggerMessage(1012, LogLevel.Warning, "what was sent last was not acknowledged and comes again")]
    public static partial void DrainFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1013, LogLevel.Debug, "the read of slot {Slot} was not cancelled; its server process is ended")]
    public static partial void ReadNotCancelled(this ILogger logger, string slot);

    [LoggerMessage(1014, LogLevel.Information, "reading {Table} again (with a condition: {HasFilter})")]
    public static partial void RereadBegun(this ILogger logger, string table, bool hasFilter);

    [LoggerMessage(1015, LogLevel.Information, "{Table} was read again")]
    public static partial void RereadDone(this ILogger logger, string table);

    [LoggerMessage(1016, LogLevel.Warning, "{Table} cannot be read again: {Reason}")]
    public static partial void RereadRefused(this ILogger logger, string table, string reason);

    [LoggerMessage(1017, LogLevel.Warning, "a signal is ignored: {Reason}")]
    public static partial void SignalIgnored(this ILogger logger, string reason);

    [LoggerMessage(1011, LogLevel.Information, "publication {Publication} created for {Tables} tables")]
    public static partial void PublicationCreated(this ILogger logger, string publication, int tables);
}
