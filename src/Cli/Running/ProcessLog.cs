using System.CommandLine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Tapline.Cli.Verbs;

namespace Tapline.Cli.Running;

/// <summary>The log of this process: on standard error, one line an entry.</summary>
static class ProcessLog
{
    /// <summary>Opens it: warnings by default, everything with <c>--verbose</c>.</summary>
    public static ILoggerFactory Open(ParseResult line, LogLevel quiet = LogLevel.Warning) =>
        LoggerFactory.Create(builder => builder
            .SetMinimumLevel(line.GetValue(CommonOptions.Verbose) ? LogLevel.Debug : quiet)
            // What the framework of the HTTP server has to say is of no use below this.
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(static options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "HH:mm:ss.fff ";
                options.ColorBehavior = LoggerColorBehavior.Disabled;
            })
            .AddConsole(static options => options.LogToStandardErrorThreshold = LogLevel.Trace));
}
