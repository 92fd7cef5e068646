using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Synthetic;

/// <summary>A broker or listener, to which each device has a connection of its own.</summary>
/// <param name="options">How it is reached.</param>
/// <param name="time">The clock.</param>
/// <param name="qos">The quality of messages whose acknowledgement is waited for.</param>
public sealed class MqttTarget(
    MqttClientOptions options, TimeProvider time, QualityOfService qos = QualityOfService.AtLeastOnce) : IFleetTarget
{
    readonly MqttDeviceNetwork _network = new(options, qos, time);

    IDeviceLink IFleetTarget.Link(string clientId, FleetLedger ledger) =>
        new MqttDeviceLink(clientId, _network, ledger);

    /// <summary>The address.</summary>
    public override string ToString() => options.ToString();
}
