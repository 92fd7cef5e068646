using System.Collections.Immutable;
using System.Net;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Cli.Configuration;

/// <summary>Devices that speak MQTT.</summary>
/// <param name="Routes">Which topics are taken, and what their levels mean.</param>
/// <param name="PayloadBytesMax">The largest payload.</param>
/// <param name="Listen">How devices connect to us; null when they do not.</param>
/// <param name="Broker">The broker that we connect to; null for none.</param>
sealed record MqttConfig(
    ImmutableArray<MqttRoute> Routes, int PayloadBytesMax, MqttListenConfig? Listen, MqttBrokerConfig? Broker)
{
    /// <summary>Partitions of the topics that are made for devices.</summary>
    public int Partitions { get; init; } = 1;
}

/// <summary>How devices connect to us.</summary>
/// <param name="Endpoint">Where we listen.</param>
/// <param name="Certificate">The file of our certificate; null for no TLS.</param>
/// <param name="Key">The file of its key.</param>
/// <param name="ClientAuthorities">The file of those who sign devices' certificates; null when none is asked
/// for.</param>
/// <param name="Passwords">The password file; null lets anyone in.</param>
/// <param name="Rules">What clients may do.</param>
sealed record MqttListenConfig(
    IPEndPoint Endpoint, string? Certificate, string? Key, string? ClientAuthorities, string? Passwords,
    TopicRules Rules)
{
    /// <summary>Connections at one time.</summary>
    public int ConnectionsMax { get; init; } = 20_000;
}

/// <summary>A broker that we connect to.</summary>
/// <param name="Address"><c>mqtt://</c> or <c>mqtts://</c>, host and port.</param>
/// <param name="ClientId">Our identifier there.</param>
/// <param name="User">The user; null for none.</param>
/// <param name="Password">The password. A secret.</param>
/// <param name="Version">The protocol.</param>
/// <param name="ShareGroup">The group that shares the messages; null to get all.</param>
/// <param name="Authorities">The file of those who sign the broker's certificate; null for the system's.</param>
/// <param name="Certificate">The file of our certificate; null for none.</param>
/// <param name="Key">The file of its key.</param>
sealed record MqttBrokerConfig(
    Uri Address, string ClientId, string? User, string? Password, MqttVersion Version, string? ShareGroup,
    string? Authorities, string? Certificate, string? Key)
{
    /// <summary>The address, without user or password.</summary>
    public override string ToString() => Address.GetLeftPart(UriPartial.Authority);
}
