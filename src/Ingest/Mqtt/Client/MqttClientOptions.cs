using System.Net.Security;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Client;

/// <summary>How to reach a broker.</summary>
public sealed record MqttClientOptions
{
    /// <summary>Its name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>TLS; null for none.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>The protocol to speak.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.V5;

    /// <summary>The user; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The user's password; null for none.</summary>
    public byte[]? Password { get; init; }

    /// <summary>How long connecting may take, TLS and CONNACK included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the broker hears something at least.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest packet that is taken.</summary>
    public int PacketBytesMax { get; init; } = 1 << 20;

    /// <summary>The address without user or password.</summary>
    public override string ToString() => $"{(Tls is null ? "mqtt" : "mqtts")}://{Host}:{Port}";
}
