namespace Tapline.Ingest.Synthetic;

/// <summary>Where a fleet's messages go.</summary>
public interface IFleetTarget
{
    /// <summary>The way there of one device.</summary>
    internal IDeviceLink Link(string clientId, FleetLedger ledger);
}
