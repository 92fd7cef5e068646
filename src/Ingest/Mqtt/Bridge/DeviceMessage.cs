using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>A message on its way to the log, and who waits for it.</summary>
/// <param name="Message">The message.</param>
/// <param name="PacketId">Its packet identifier; 0 for none.</param>
/// <param name="IsDuplicate">Whether it was marked as one that is sent again.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Origin">Who is told that the log has it.</param>
sealed record DeviceMessage(
    MqttMessage Message, ushort PacketId, bool IsDuplicate, DateTimeOffset ReceivedAt, IMessageOrigin Origin);

/// <summary>Where a message came from.</summary>
interface IMessageOrigin
{
    /// <summary>The log has the message, and all that this origin gave before it. Must not wait or throw.</summary>
    void Acknowledged(DeviceMessage message);
}
