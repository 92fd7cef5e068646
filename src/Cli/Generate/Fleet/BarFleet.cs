using System.Diagnostics;
using Tapline.Cli.Generate.Business;
using Tapline.Cli.Generate.Expected;
using Tapline.Cli.Simulation.Taps;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Fleet;

/// <summary>The taps of the business: lets each do what is next, and puts in order what they send and what goes wrong
/// on the way.</summary>
sealed class BarFleet
{
    /// <summary>From a tap to whoever writes down when it came.</summary>
    public const long LatencyMs = 120;

    const long LateMs = 72 * BarTime.HourMs;
    const long VeryLateMs = 10 * BarTime.DayMs;
    const double VeryLate = 0.01;

    readonly BarLedger _ledger;
    readonly Action<BarEvent> _tell;
    readonly TapWorld _world;
    readonly TapPayload _payload = new();
    readonly TransportFaults _transport;
    readonly Dictionary<int, long> _published = [];
    readonly double _lateShare;
    readonly ulong _seed;

    // Ordered by time; at one time by tap, and there what was held back comes last.
    readonly PriorityQueue<Turn, (long AtMs, int Index, long Order)> _turns = new();
    long _order;

    public BarFleet(GeneratorOptions options, BarLedger ledger, Action<BarEvent> tell)
    {
        (_ledger, _tell, _seed) = (ledger, tell, options.Seed);
        _lateShare = options.Faults["late"];
        _transport = new TransportFaults(options.Seed, options.Faults.OfTransport);
        var start = DateTimeOffset.FromUnixTimeMilliseconds(options.StartMs);
        _world = new TapWorld(options.Seed, start, options.Faults.OfTaps)
        {
            HeartbeatSeconds = options.Size.HeartbeatSeconds,
            KeepsBooks = true,
        };
    }

    /// <summary>When the next tap does something; null when there is none.</summary>
    public long? NextMs => _turns.TryPeek(out _, out var due) ? due.AtMs : null;

    /// <summary>Switches a tap on for the first time.</summary>
    public TapLink Add(TapPlace place, Tap? tap, Action<Outage>? failed = null)
    {
        var link = new TapLink(new TapDevice(place, _world, _payload) { Failed = failed }, tap);
        Schedule(link);
        return link;
    }

    /// <summary>The next tap does what is next.</summary>
    public void Step()
    {
        _turns.TryDequeue(out var turn, out var due);
        if (turn.HeldBack is { } message)
        {
            Send(turn.Link, message, due.AtMs, turn.IsCopy);
            return;
        }
        Take(turn.Link, turn.Step!);
        Schedule(turn.Link);
    }

    /// <summary>Switches a tap off: it says goodbye.</summary>
    public void SwitchOff(TapLink link, long atMs)
    {
        if (link.IsOff)
            return;
        if (link.IsConnected)
            _tell(new BarEvent.Leave(atMs, link));
        link.IsOff = true;
        link.Waiting.Clear();
    }

    /// <summary>Switches a tap on again.</summary>
    public void SwitchOn(TapLink link, long atMs)
    {
        if (!link.IsOff)
            return;
        link.IsOff = false;
        if (link.IsConnected)
            _tell(new BarEvent.Connect(atMs, link, link.Will));
    }

    void Take(TapLink link, DeviceStep step)
    {
        switch (step)
        {
            case DeviceStep.Publish publish:
                Publish(link, publish);
                break;
            case DeviceStep.Connect connect:
                (link.IsConnected, link.Will) = (true, connect.Will);
                if (link.IsOff)
                    break;
                _tell(new BarEvent.Connect(step.AtMs, link, connect.Will));
                while (link.Waiting.TryDequeue(out var message))
                    Send(link, message, step.AtMs, isCopy: false);
                break;
            case DeviceStep.Lose:
                link.IsConnected = false;
                if (link.IsOff)
                    break;
                if (link.Will is { } will)
                    _ledger.Will(link.Tap, will);
                _tell(new BarEvent.Lose(step.AtMs, link, link.Will));
                break;
            case DeviceStep.Leave:
                link.IsConnected = false;
                if (!link.IsOff)
                    _tell(new BarEvent.Leave(step.AtMs, link));
                break;
            default:
                throw new UnreachableException();
        }
    }

    void Publish(TapLink link, DeviceStep.Publish publish)
    {
        if (link.IsOff)
            return;
        var (late, delayMs) = Delay(link.Life.Index, publish);
        publish = publish with { Faults = publish.Faults | late };
        var (message, sendAtMs, copyAtMs) = _transport.Apply(link.Life.Index, publish);
        if (sendAtMs + delayMs > publish.AtMs)
            HoldBack(link, message, sendAtMs + delayMs, isCopy: false);
        else
            Send(link, message, publish.AtMs, isCopy: false);
        if (copyAtMs is { } again)
            HoldBack(link, message, again + delayMs, isCopy: true);
    }

    // Some glasses are told much later than they were poured.
    (DeviceFaults Fault, long DelayMs) Delay(int index, DeviceStep.Publish publish)
    {
        if (publish.Body.Stream != TapStreams.Pour || _lateShare == 0)
            return default;
        var n = _published[index] = _published.GetValueOrDefault(index) + 3;
        var dice = new Dice(_seed, (uint)BarKind.Transport, index, 0);
        if (!dice.Chance(n, _lateShare))
            return default;
        return dice.Chance(n + 1, VeryLate)
            ? (DeviceFaults.VeryLate, LateMs + dice.Within(n + 2, VeryLateMs - LateMs))
            : (DeviceFaults.Late, dice.Within(n + 2, LateMs));
    }

    void Send(TapLink link, SyntheticMessage message, long atMs, bool isCopy)
    {
        if (link.IsOff)
            return;
        if (link.IsConnected)
        {
            _ledger.Message(link.Tap, message, atMs);
            _tell(new BarEvent.Publish(atMs, link, message, isCopy));
        }
        else if (message.Body.IsAcknowledged)
        {
            link.Waiting.Enqueue(message);
        }
        else
        {
            _ledger.CountUnsent(message.Body.Stream);
        }
    }

    void Schedule(TapLink link)
    {
        var step = link.Life.Next();
        _turns.Enqueue(new Turn(link, step, null, false), (step.AtMs, link.Life.Index, 0));
    }

    void HoldBack(TapLink link, SyntheticMessage message, long untilMs, bool isCopy) =>
        _turns.Enqueue(new Turn(link, null, message, isCopy), (untilMs, link.Life.Index, ++_order));

    readonly record struct Turn(TapLink Link, DeviceStep? Step, SyntheticMessage? HeldBack, bool IsCopy);
}
