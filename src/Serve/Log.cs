using Microsoft.Extensions.Logging;

namespace Tapline.Serving;

/// <summary>What the service says; ids 5xxx. Of a statement its hash alone: literals are rows' values.</summary>
static partial class Log
{
    [LoggerMessage(5001, LogLevel.Information,
        "sql by {Caller}: statement {Hash}, {Ms} ms, {Rows} rows, {Outcome} (trace {TraceId})")]
    public static partial void StatementRan(
        this ILogger logger, string caller, string hash, long ms, long rows, string outcome, string traceId);

    [LoggerMessage(5002, LogLevel.Error, "{Method} {Route} failed (trace {TraceId})")]
    public static partial void RequestFailed(
        this ILogger logger, Exception failure, string method, string route, string traceId);

    [LoggerMessage(5003, LogLevel.Warning, "{Method} {Route} refused: {Code} (trace {TraceId})")]
    public static partial void RequestRefused(
        this ILogger logger, string method, string route, string code, string traceId);

    [LoggerMessage(5004, LogLevel.Debug, "a connection of PostgreSQL's protocol ended: {Problem}")]
    public static partial void PgConnectionFailed(this ILogger logger, string problem);

    [LoggerMessage(5005, LogLevel.Warning, "a connection of PostgreSQL's protocol was refused: {State}")]
    public static partial void PgLoginRefused(this ILogger logger, string state);
}
