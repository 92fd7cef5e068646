using Microsoft.Extensions.Logging;

namespace Tapline.Cli;

/// <summary>What the wiring says; ids 6xxx.</summary>
static partial class Log
{
    [LoggerMessage(6001, LogLevel.Warning, "{Problem}: waiting for it ({Hint})")]
    public static partial void BrokerAwaited(this ILogger logger, string problem, string? hint);
}
