using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>How devices may connect, and what one of them may cost.</summary>
public sealed record MqttListenerOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public IPEndPoint Endpoint { get; init; } = new(IPAddress.Loopback, 1883);

    /// <summary>The server's certificate with its key; null for no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Those who sign devices' certificates; null when none is asked for. A device's certificate names it by
    /// its common name, and it needs no password.</summary>
    public X509Certificate2Collection? ClientAuthorities { get; init; }

    /// <summary>Who may connect.</summary>
    public required DeviceAccounts Accounts { get; init; }

    /// <summary>What they may publish and subscribe to.</summary>
    public required TopicRules Rules { get; init; }

    /// <summary>The largest packet, header and all.</summary>
    public int PacketBytesMax { get; init; } = 64 << 10;

    /// <summary>Connections at one time.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>How long a connection may take for TLS and CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>QoS 1 and 2 messages that a device may have on their way to the log.</summary>
    public ushort ReceiveMax { get; init; } = 100;

    /// <summary>How long a session is kept after its connection, at most.</summary>
    public TimeSpan SessionExpiryMax { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Sessions, connected or not.</summary>
    public int SessionsMax { get; init; } = 50_000;

    /// <summary>Messages that wait for one subscriber.</summary>
    public int OutgoingMax { get; init; } = 1000;

    /// <summary>Bytes that wait to be sent to one subscriber before messages of QoS 0 are left out.</summary>
    public int OutgoingBytesMax { get; init; } = 1 << 20;

    /// <summary>Filters that one client may subscribe to.</summary>
    public int SubscriptionsMax { get; init; } = 100;

    /// <summary>Topics that retain a message.</summary>
    public int RetainedMax { get; init; } = 100_000;
}
