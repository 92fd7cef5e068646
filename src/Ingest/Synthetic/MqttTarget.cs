using Tapline.Ingest.Mqtt.Client;

namespace Tapline.Ingest.Synthetic;

/// <summary>A broker or listener, to which each device has a connection of its own.</summary>
public sealed class MqttTarget(MqttClientOptions options, TimeProvider time) : IFleetTarget
{
    readonly MqttDeviceNetwork _network = new(options, time);

    IDeviceLink IFleetTarget.Link(string clientId, FleetLedger ledger) =>
        new MqttDeviceLink(clientId, _network, ledger);

    /// <summary>The address.</summary>
    public override string ToString() => options.ToString();
}
