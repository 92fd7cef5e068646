using Microsoft.Extensions.Logging;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Bridge;

namespace Tapline.Ingest.Synthetic;

/// <summary>The log itself: messages become records as behind a listener, without a network between.</summary>
public sealed class LogTarget(MqttBridgeOptions options, IEventLog log, TimeProvider time, ILogger logger)
    : IFleetTarget
{
    // Above what a fleet leaves unacknowledged: it is the one that pauses.
    const int UnacknowledgedMax = 100_000;

    readonly MessagePump _pump = new(options with { UnacknowledgedMax = UnacknowledgedMax }, log, time, logger);

    /// <summary>Brings messages to the log until cancelled.</summary>
    public Task RunAsync(CancellationToken ct) => _pump.RunAsync(ct);

    IDeviceLink IFleetTarget.Link(string clientId, FleetLedger ledger) => new LogDeviceLink(_pump, time, ledger);

    /// <summary>What it is.</summary>
    public override string ToString() => "the log";
}
