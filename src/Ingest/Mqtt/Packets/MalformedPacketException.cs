namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>Bytes that do not follow the protocol: the message names where, what was wanted and what was found, never
/// the content; <see cref="Reason"/> is what a peer of version 5 is told.</summary>
sealed class MalformedPacketException(ReasonCode reason, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public ReasonCode Reason { get; } = reason;

    /// <summary>Bytes that no packet can have.</summary>
    public static MalformedPacketException Malformed(string message) => new(ReasonCode.MalformedPacket, message);

    /// <summary>A packet that is well formed, but not allowed here.</summary>
    public static MalformedPacketException Protocol(string message) => new(ReasonCode.ProtocolError, message);
}
