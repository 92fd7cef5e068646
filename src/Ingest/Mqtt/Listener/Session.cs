using Tapline.Ingest.Mqtt.Connections;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>What is kept of a client between its connections (MQTT 5, 4.1). Everything here is under the lock of its
/// <see cref="SessionTable"/>.</summary>
sealed class Session(ClientIdentity client)
{
    /// <summary>Messages that may be under way to a subscriber at one time, whatever it allows.</summary>
    const int InFlightMax = 100;

    ushort _lastPacketId;

    public ClientIdentity Client { get; } = client;

    /// <summary>Its connection; null while there is none.</summary>
    public MqttConnection? Connection { get; set; }

    /// <summary>Messages under way that the client allows.</summary>
    public int PeerReceiveMax { get; set; } = InFlightMax;

    /// <summary>How long it is kept after its connection.</summary>
    public TimeSpan Expiry { get; set; }

    /// <summary>When it is forgotten; null while it is connected.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>What is published when the connection is lost.</summary>
    public MqttMessage? Will { get; set; }

    /// <summary>When the will is published; null while it is not due.</summary>
    public DateTimeOffset? WillAt { get; set; }

    /// <summary>Its subscriptions by filter.</summary>
    public Dictionary<string, SessionSubscription> Subscriptions { get; } = new(StringComparer.Ordinal);

    /// <summary>Packet identifiers of QoS 2 messages that were taken and not released, and whether the log has
    /// them.</summary>
    public Dictionary<ushort, bool> Incoming { get; } = [];

    /// <summary>Messages under way to it, in order.</summary>
    public List<OutgoingMessage> InFlight { get; } = [];

    /// <summary>Messages that wait for their turn.</summary>
    public Queue<OutgoingMessage> Waiting { get; } = new();

    /// <summary>Messages that it was too slow for.</summary>
    public long DroppedCount { get; set; }

    /// <summary>Sends what may go now.</summary>
    public void SendWaiting(DateTimeOffset now)
    {
        while (Connection is { } connection && InFlight.Count < Math.Min(PeerReceiveMax, InFlightMax)
            && Waiting.TryDequeue(out var next))
        {
            next.PacketId = NextPacketId();
            // What the client cannot take, or is too old, counts as delivered (MQTT 5, 3.1.2.11.4).
            if (next.Packet(now, isDuplicate: false) is { } packet && connection.TrySend(packet))
                InFlight.Add(next);
        }
    }

    /// <summary>Sends again what was under way when the last connection ended.</summary>
    public void SendAgain(DateTimeOffset now)
    {
        foreach (var message in InFlight.ToArray())
        {
            IMqttPacket? packet = message.IsReceived
                ? new AcknowledgePacket(PacketType.Pubrel, message.PacketId)
                : message.Packet(now, isDuplicate: true);
            if (packet is null)
                InFlight.Remove(message);
            else
                Connection?.TrySend(packet);
        }
    }

    /// <summary>The message under way with a packet identifier; null for none.</summary>
    public OutgoingMessage? FindInFlight(ushort packetId) => InFlight.Find(message => message.PacketId == packetId);

    ushort NextPacketId()
    {
        do
            _lastPacketId = _lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastPacketId + 1);
        while (FindInFlight(_lastPacketId) is not null);
        return _lastPacketId;
    }
}
