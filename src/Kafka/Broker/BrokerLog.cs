using Microsoft.Extensions.Logging;

namespace Tapline.Kafka.Broker;

/// <summary>What the embedded broker logs; ids 2001 to 2099.</summary>
static partial class BrokerLog
{
    [LoggerMessage(2001, LogLevel.Information, "broker listens on {Address}, data in {Folder}")]
    public static partial void Started(this ILogger logger, string address, string folder);

    [LoggerMessage(2002, LogLevel.Information, "broker stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(2003, LogLevel.Information, "created topic {Topic} with {Partitions} partitions")]
    public static partial void TopicCreated(this ILogger logger, string topic, int partitions);

    [LoggerMessage(2004, LogLevel.Information, "deleted topic {Topic}")]
    public static partial void TopicDeleted(this ILogger logger, string topic);

    [LoggerMessage(2005, LogLevel.Warning, "cut {Bytes} bytes of an unfinished write off {Path}, next is {NextOffset}")]
    public static partial void TailCut(this ILogger logger, string path, long bytes, long nextOffset);

    [LoggerMessage(2006, LogLevel.Error, "cannot append to {Folder}: {Reason}")]
    public static partial void AppendFailed(this ILogger logger, string folder, string reason);

    [LoggerMessage(2007, LogLevel.Error, "cannot change the topics: {Reason}")]
    public static partial void CatalogFailed(this ILogger logger, string reason);

    [LoggerMessage(2008, LogLevel.Warning, "closed the connection of {Client}: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, string client, string reason);

    [LoggerMessage(2009, LogLevel.Error, "request {Api} of {Client} failed")]
    public static partial void RequestFailed(this ILogger logger, string api, string client, Exception failure);

    [LoggerMessage(2010, LogLevel.Debug, "connection of {Client} ended: {Reason}")]
    public static partial void ConnectionEnded(this ILogger logger, string client, string reason);

    [LoggerMessage(2011, LogLevel.Error, "maintenance of {Folder} failed, will be tried again")]
    public static partial void MaintenanceFailed(this ILogger logger, string folder, Exception failure);

    [LoggerMessage(2012, LogLevel.Information, "group {Group} generation {Generation} with {Members} members")]
    public static partial void GroupBalanced(this ILogger logger, string group, int generation, int members);

    [LoggerMessage(2013, LogLevel.Information, "member {Member} of group {Group} was silent for too long")]
    public static partial void MemberExpired(this ILogger logger, string member, string group);

    [LoggerMessage(2014, LogLevel.Debug, "compacted {Folder} up to offset {Offset}")]
    public static partial void Compacted(this ILogger logger, string folder, long offset);

    [LoggerMessage(2015, LogLevel.Warning, "a stored group offset is not readable and was skipped: {Reason}")]
    public static partial void StoredOffsetSkipped(this ILogger logger, string reason);
}
