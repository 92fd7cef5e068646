using Tapline.Cli.Generate.Fleet;
using Tapline.Contracts;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Targets;

/// <summary>Lets taps speak MQTT, each over a connection of its own. A connection is only broken off when all that was
/// sent has been acknowledged, so that what must come out is exact.</summary>
sealed class MqttDevices(MqttTarget network, TimeProvider time) : IBarTarget
{
    const int OwedMax = 2_000;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(60);

    readonly FleetLedger _arrived = new();
    readonly Dictionary<TapLink, IDeviceLink> _links = [];
    readonly Dictionary<IDeviceLink, Task> _opened = [];

    /// <inheritdoc/>
    public long Count => _arrived.Sent;

    /// <summary>Connections that ended without anybody's wish: they leave wills, and what they owed is sent again.
    /// </summary>
    public long Broken => _arrived.Endings.Values.Sum();

    /// <inheritdoc/>
    public async ValueTask TakeAsync(BarEvent happened, CancellationToken ct)
    {
        switch (happened)
        {
            case BarEvent.Connect connect:
                await ConnectAsync(connect, ct);
                break;
            case BarEvent.Publish publish:
                while (_arrived.Owed >= OwedMax || _links[publish.Tap].IsCongested)
                    await Task.Delay(Pause, time, ct);
                _links[publish.Tap].Send(publish.Message);
                break;
            case BarEvent.Lose lose:
                await SettleAsync(_links[lose.Tap], ct);
                _links[lose.Tap].Lose();
                break;
            case BarEvent.Leave leave:
                await SettleAsync(_links[leave.Tap], ct);
                _links[leave.Tap].Leave();
                break;
            default:
                break; // Not of the taps.
        }
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(CancellationToken ct)
    {
        foreach (var link in _links.Values)
        {
            if (_opened.ContainsKey(link))
                await SettleAsync(link, ct);
            link.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links.Values)
            await link.DisposeAsync();
    }

    async Task ConnectAsync(BarEvent.Connect connect, CancellationToken ct)
    {
        if (!_links.TryGetValue(connect.Tap, out var link))
        {
            link = ((IFleetTarget)network).Link(connect.Tap.Life.ClientId, _arrived);
            _links.Add(connect.Tap, link);
        }
        _opened[link] = link.OpenAsync(connect.Will);
        // What is wrong for one is wrong for all: the first tries alone.
        if (_links.Count == 1)
            await SettleAsync(link, ct);
    }

    async Task SettleAsync(IDeviceLink link, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        while (!_opened[link].IsCompleted || _arrived.Owed > 0)
        {
            if (time.GetElapsedTime(began) > SettleMax || (_links.Count == 1 && _arrived.Endings.Count > 0))
            {
                var reason = _arrived.Endings.Keys.FirstOrDefault() ?? "acknowledgements do not come";
                throw new TaplineException($"{network} does not take the taps' messages: {reason}",
                    "see whether a listener or broker runs there, whom it lets in, and how many connections it takes");
            }
            await Task.Delay(Pause, time, ct);
        }
    }
}
