namespace Tapline.Kafka.Protocol;

/// <summary>Bytes that do not follow Kafka's protocol; the message names what was wanted and what was found.</summary>
sealed class MalformedMessageException(string message, Exception? cause = null) : Exception(message, cause);
