using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>How a tap speaks: its identifiers, its clock, its topics, and what goes wrong in what it says.</summary>
sealed class TapVoice
{
    const string Firmware = "2.4.1";
    const int SkewMsMax = 600_000;
    const int EpochMsMax = 3_600_000;

    readonly TapPayload _payload;
    readonly bool _keepsBooks;
    TapPlace _place;
    readonly Dice _boots;
    readonly Dice _connections;
    readonly Dice _events;
    readonly Dice _clock;
    readonly double _epochShare;
    readonly DeviceFaults _faults;
    readonly long _skewMs;
    readonly Dictionary<string, string> _topics = new(4, StringComparer.Ordinal);
    long _bootCount;
    long _connectionCount;
    long _eventCount;
    long _sequence;
    Guid _boot;
    Guid _connection;

    public TapVoice(TapPlace place, TapWorld world, TapPayload payload)
    {
        (_place, _payload, _keepsBooks) = (place, payload, world.KeepsBooks);
        Device = place.Device.ToString();
        Dice Of(TapPurpose purpose) => TapDice.Tap(world.LifeSeed, place.Index, purpose);
        (_boots, _connections, _events) =
            (Of(TapPurpose.Boot), Of(TapPurpose.Connection), Of(TapPurpose.Event));
        _clock = Of(TapPurpose.Clock);
        _epochShare = world.Faults.Epoch;
        var traits = TapDice.Tap(world.Seed, place.Index, TapPurpose.Clock);
        if (traits.Chance(0, world.Faults.Skew))
            _skewMs = traits.Between(1, -SkewMsMax, SkewMsMax + 1);
        _faults = (_skewMs == 0 ? DeviceFaults.None : DeviceFaults.Skewed)
            | (place.IsUnknown ? DeviceFaults.Unknown : DeviceFaults.None);
    }

    /// <summary>The tap's name.</summary>
    public string Device { get; }

    /// <summary>It starts: numbers begin again. Its last will on the new connection.</summary>
    public DeviceMessageBody Boot()
    {
        _boot = _boots.Id(_bootCount++);
        _sequence = 0;
        return Reconnect();
    }

    /// <summary>Its last will on a new connection.</summary>
    public DeviceMessageBody Reconnect()
    {
        _connection = _connections.Id(_connectionCount++);
        return new DeviceMessageBody(TapStreams.Status, Topic(TapStreams.Status), _payload.Will(_boot, _connection),
            IsAcknowledged: true, IsRetained: true);
    }

    /// <summary>It stands somewhere else.</summary>
    public void MoveTo(Guid location)
    {
        _place = _place with { Location = location };
        _topics.Clear();
    }

    public DeviceStep Status(long at, string state, string reason)
    {
        var stamp = Stamp(at, out var faults);
        var json = _payload.Begin(stamp);
        json.WriteString("state"u8, state);
        json.WriteString("reason"u8, reason);
        json.WriteString("fw"u8, Firmware);
        return Publish(at, TapStreams.Status, stamp, faults, isAcknowledged: true, isRetained: true);
    }

    public DeviceStep Heartbeat(long at, int intervalSeconds, long upSeconds, TapGauges gauges)
    {
        var stamp = Stamp(at, out var faults);
        var json = _payload.Begin(stamp);
        json.WriteNumber("interval_s"u8, intervalSeconds);
        json.WriteString("fw"u8, Firmware);
        json.WriteNumber("up_s"u8, upSeconds);
        json.WriteNumber("temp_mc"u8, gauges.TemperatureMilliCelsius);
        json.WriteNumber("co2_kpa"u8, gauges.PressureKpa);
        json.WriteNumber("keg_ml"u8, gauges.KegLeftMl);
        json.WriteNumber("rssi"u8, -50 - _place.Index % 30);
        json.WriteNumber("buf"u8, 0);
        return Publish(at, TapStreams.Heartbeat, stamp, faults, isAcknowledged: false, isRetained: false);
    }

    /// <summary>A glass, said at one time and poured at that or an earlier one.</summary>
    public DeviceStep Pour(
        long at, long pouredAt, TapPour pour, string beer, DeviceFaults more, out (Guid Event, long ClockMs) said)
    {
        var stamp = Stamp(pouredAt, out var faults);
        said = (stamp.Event, stamp.ClockMs);
        pour.Write(_payload.Begin(stamp), beer, takesBack: null);
        return Publish(at, TapStreams.Pour, stamp, faults | more, isAcknowledged: true, isRetained: false, pour);
    }

    /// <summary>A glass is taken back: with all it said, its time included.</summary>
    public DeviceStep TakeBack(long at, TapPour pour, string beer, Guid taken, long clockMs)
    {
        var stamp = Stamp(at, out _) with { ClockMs = clockMs };
        var isEpoch = clockMs < EpochMsMax;
        pour.Write(_payload.Begin(stamp), beer, taken);
        return Publish(at, TapStreams.Pour, stamp,
            _faults | DeviceFaults.Void | (isEpoch ? DeviceFaults.Epoch : DeviceFaults.None),
            isAcknowledged: true, isRetained: false, pour, isVoid: true);
    }

    public DeviceStep Alert(long at, TapAlert alert)
    {
        var stamp = Stamp(at, out var faults);
        var json = _payload.Begin(stamp);
        json.WriteString("code"u8, alert.Code);
        json.WriteString("severity"u8, alert.Severity);
        json.WriteNumber("value"u8, alert.Value);
        json.WriteNumber("threshold"u8, alert.Threshold);
        json.WriteBoolean("cleared"u8, alert.IsCleared);
        return Publish(at, TapStreams.Alert, stamp, faults, isAcknowledged: true, isRetained: false);
    }

    TapStamp Stamp(long at, out DeviceFaults faults)
    {
        var n = _eventCount++;
        faults = _faults;
        var clockMs = at + _skewMs;
        if (_clock.Chance(100 + n * 2, _epochShare))
        {
            faults |= DeviceFaults.Epoch;
            clockMs = _clock.Between(101 + n * 2, 0, EpochMsMax);
        }
        return new TapStamp(_events.Id(n), _boot, _connection, ++_sequence, clockMs);
    }

    DeviceStep.Publish Publish(
        long at, string stream, in TapStamp stamp, DeviceFaults faults, bool isAcknowledged, bool isRetained,
        TapPour? pour = null, bool isVoid = false) =>
        new(at, new DeviceMessageBody(stream, Topic(stream), _payload.End(), isAcknowledged, isRetained)
        {
            Said = _keepsBooks ? new TapSaid(stamp.ClockMs, pour, isVoid) : null,
        }, faults);

    string Topic(string stream)
    {
        if (!_topics.TryGetValue(stream, out var topic))
        {
            _topics.Add(stream, topic =
                $"bar/v1/{_place.Account}/{_place.Location}/{Device}/{TapStreams.Word(stream)}");
        }
        return topic;
    }
}
