using Microsoft.Extensions.Logging;

namespace Tapline.Ingest.Mqtt;

/// <summary>What the MQTT side says; ids 1500 to 1599. Never a payload, never a password.</summary>
static partial class Log
{
    [LoggerMessage(1500, LogLevel.Warning, "the log does not take device messages: {Reason}; again in {Backoff}")]
    public static partial void BridgeLogFailed(this ILogger logger, string reason, TimeSpan backoff);

    [LoggerMessage(1501, LogLevel.Debug, "a device message went to the dead letters: {Reason}")]
    public static partial void DeadLetter(this ILogger logger, string reason);

    [LoggerMessage(1510, LogLevel.Information, "listening for devices on {Endpoint} (TLS: {Tls})")]
    public static partial void Listening(this ILogger logger, string endpoint, bool tls);

    [LoggerMessage(1511, LogLevel.Warning, "connection from {Endpoint} was refused: {Reason}")]
    public static partial void ConnectionRefused(this ILogger logger, string endpoint, string reason);

    [LoggerMessage(1512, LogLevel.Warning, "device {ClientId} was disconnected: {Reason}")]
    public static partial void DeviceDisconnected(this ILogger logger, string clientId, string reason);

    [LoggerMessage(1513, LogLevel.Error, "connection of {Endpoint} failed")]
    public static partial void ConnectionFailed(this ILogger logger, string endpoint, Exception failure);

    [LoggerMessage(1514, LogLevel.Warning, "accepting connections failed: {Reason}; going on")]
    public static partial void AcceptFailed(this ILogger logger, string reason);

    [LoggerMessage(1515, LogLevel.Warning,
        "subscriber {ClientId} is too slow: messages to it are dropped, {Count} so far")]
    public static partial void SubscriberTooSlow(this ILogger logger, string clientId, long count);

    [LoggerMessage(1516, LogLevel.Warning, "{Topics} topics retain a message: no more are kept")]
    public static partial void RetainedFull(this ILogger logger, int topics);

    [LoggerMessage(1517, LogLevel.Warning, "device {ClientId} may not publish to a topic that it published to")]
    public static partial void PublishDenied(this ILogger logger, string clientId);

    [LoggerMessage(1520, LogLevel.Information,
        "connected to the MQTT broker {Endpoint} as {ClientId}, session {Session}")]
    public static partial void BrokerConnected(this ILogger logger, string endpoint, string clientId, string session);

    [LoggerMessage(1521, LogLevel.Warning, "the MQTT broker {Endpoint} is gone: {Reason}; again in {Backoff}")]
    public static partial void BrokerLost(this ILogger logger, string endpoint, string reason, TimeSpan backoff);
}
