using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>One tap's life: it boots, tells each minute how it is, pours, warns, fails and comes back.</summary>
sealed class TapDevice : SyntheticDevice
{
    const long HourMs = 3_600_000;
    const int BacklogMax = 20;
    const long Never = long.MaxValue;

    readonly TapPlace _place;
    readonly FaultRates _faults;
    readonly int _heartbeatSeconds;
    readonly TapVoice _voice;
    readonly TapGauges _gauges;
    readonly PourRhythm _rhythm;
    readonly TapOutages _outages;
    readonly Dice _pours;
    readonly Dice _voids;
    readonly Dice _backlog;
    readonly Queue<DeviceStep> _ready = new();
    readonly PriorityQueue<(TapPour Pour, Guid Event, long ClockMs), long> _pending = new();
    readonly string _beer;
    readonly int _pintPrice;
    long _heartbeatAt = Never;
    long _pourAt = Never;
    long _outageAt = Never;
    long _pourCount;
    long _outageCount;
    long _bootedAt;
    Outage _outage;
    bool _isConnected;
    bool _isOff;

    /// <summary>A tap that is switched on within a minute of the start.</summary>
    public TapDevice(TapPlace place, TapWorld world, TapPayload payload)
    {
        (_place, _faults, _heartbeatSeconds) = (place, world.Faults, world.HeartbeatSeconds);
        var traits = TapDice.Tap(world.Seed, place.Index, TapPurpose.Traits);
        Dice Of(TapPurpose purpose) => TapDice.Tap(world.LifeSeed, place.Index, purpose);
        _voice = new TapVoice(place, world, payload);
        _gauges = new TapGauges(Of(TapPurpose.Temperature), traits);
        _rhythm = new PourRhythm(place, Of(TapPurpose.Arrival));
        _outages = new TapOutages(Of(TapPurpose.Outage), traits.Chance(7, 0.1), world.Faults.Outages);
        _pours = Of(TapPurpose.Pour);
        _voids = Of(TapPurpose.Voids);
        _backlog = Of(TapPurpose.Backlog);
        _beer = TapPour.Beer(traits);
        _pintPrice = 400 + 25 * traits.Between(8, 0, 21);
        var connectedAt = place.BornMs ?? world.StartMs;
        var bornAt = connectedAt + Of(TapPurpose.Clock).Between(1, 0, (int)HeartbeatMs);
        _ready.Enqueue(new DeviceStep.Connect(connectedAt, _voice.Boot()));
        StartUp(bornAt, "boot");
        if (_backlog.Chance(0, world.Faults.Late))
            Confess(bornAt);
        _outage = _outages.After(bornAt, _outageCount++);
        _outageAt = _outage.StartMs;
    }

    /// <summary>Called when an outage begins.</summary>
    public Action<Outage>? Failed { get; init; }

    long HeartbeatMs => _heartbeatSeconds * 1000L;

    public override int Index => _place.Index;

    public override string ClientId => _voice.Device;

    public override DeviceStep Next()
    {
        while (_ready.Count == 0)
            Live();
        return _ready.Dequeue();
    }

    /// <summary>It stands somewhere else from now on, and says so in its topics.</summary>
    public void MoveTo(Guid location) => _voice.MoveTo(location);

    // What is next happens.
    void Live()
    {
        var voidAt = _pending.TryPeek(out _, out var pending) ? pending : Never;
        var at = Math.Min(Math.Min(_heartbeatAt, _pourAt), Math.Min(_outageAt, voidAt));
        if (at == _outageAt)
            TurnOutage(at);
        else if (at == voidAt)
            TakeBack(at);
        else if (at == _pourAt)
            Pour(at);
        else
            Beat(at);
    }

    void StartUp(long at, string reason)
    {
        if (reason == "boot")
            _bootedAt = at;
        (_isConnected, _isOff) = (true, false);
        _ready.Enqueue(_voice.Status(at, "online", reason));
        _heartbeatAt = at + HeartbeatMs;
        if (_pourAt == Never)
            _pourAt = _rhythm.After(at, _pourCount);
    }

    void Beat(long at)
    {
        var alert = _gauges.Measure();
        _ready.Enqueue(_voice.Heartbeat(at, _heartbeatSeconds, (at - _bootedAt) / 1000, _gauges));
        Warn(at, alert);
        _heartbeatAt = at + HeartbeatMs;
    }

    void Pour(long at)
    {
        var n = _pourCount++;
        var pour = TapPour.Draw(_pours, n, _pintPrice);
        _ready.Enqueue(_voice.Pour(at, at, pour, _beer, DeviceFaults.None, out var said));
        Warn(at, _gauges.Run(pour.VolumeMl));
        if (_voids.Chance(n * 2, _faults.Voids))
            _pending.Enqueue((pour, said.Event, said.ClockMs), at + _voids.Between(n * 2 + 1, 30_000, 600_000));
        _pourAt = _rhythm.After(at, _pourCount);
    }

    void TakeBack(long at)
    {
        var (pour, taken, clockMs) = _pending.Dequeue();
        if (!_isOff)
            _ready.Enqueue(_voice.TakeBack(at, pour, _beer, taken, clockMs));
    }

    void Warn(long at, TapAlert? alert)
    {
        if (alert is { } crossed)
            _ready.Enqueue(_voice.Alert(at, crossed));
    }

    void TurnOutage(long at)
    {
        if (at == _outage.EndMs)
        {
            Recover(at);
            return;
        }
        Failed?.Invoke(_outage);
        _outageAt = _outage.EndMs;
        _heartbeatAt = Never;
        if (_outage.Kind != OutageKind.Hang)
        {
            _ready.Enqueue(new DeviceStep.Lose(at));
            _isConnected = false;
        }
        if (_outage.Kind != OutageKind.Offline)
        {
            _isOff = true;
            _pourAt = Never;
        }
    }

    void Recover(long at)
    {
        if (_isConnected)
            _ready.Enqueue(new DeviceStep.Leave(at));
        var isBoot = _outage.Kind != OutageKind.Offline;
        _ready.Enqueue(new DeviceStep.Connect(at, isBoot ? _voice.Boot() : _voice.Reconnect()));
        StartUp(at, isBoot ? "boot" : "reconnect");
        _outage = _outages.After(at, _outageCount++);
        _outageAt = _outage.StartMs;
    }

    // What it kept while it had no link, up to three days; one message in a hundred up to ten.
    void Confess(long at)
    {
        var count = _backlog.Between(1, 1, BacklogMax + 1);
        for (var i = 0; i < count; i++)
        {
            var n = 2 + i * 3L;
            var isOld = _backlog.Chance(n, 0.01);
            var hours = isOld ? 72 + 168 * _backlog.Unit(n + 1) : 72 * _backlog.Unit(n + 1);
            var pour = TapPour.Draw(_backlog, 1000 + i, _pintPrice);
            _ready.Enqueue(_voice.Pour(
                at, at - Math.Max(1, (long)(hours * HourMs)), pour, _beer,
                isOld ? DeviceFaults.VeryLate : DeviceFaults.Late, out _));
        }
    }
}
