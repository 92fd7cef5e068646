using System.Diagnostics;
using System.Globalization;
using Tapline.Contracts;

namespace Tapline.Ingest.Synthetic;

/// <summary>Lets the devices of a fleet live, step by step in the order of their time, and counts what they send. The
/// steps are the same in every run with the same options.</summary>
public sealed class FleetRun : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    static readonly TimeSpan DrainAfterStopMax = TimeSpan.FromSeconds(10);

    readonly IReadOnlyList<SyntheticDevice> _devices;
    readonly FleetOptions _options;
    readonly IFleetTarget _target;
    readonly TimeProvider _time;
    readonly IDeviceLink[] _links;
    readonly TransportFaults _transport;
    readonly long _startMs;

    // Ordered by time; at one time by device, and there what was held back comes last.
    readonly PriorityQueue<Turn, (long AtMs, int Index, long Order)> _turns = new();
    long _sent;
    long _order;
    long _nowMs;

    /// <summary>A fleet before a target; <see cref="ConnectAsync"/>, then <see cref="RunAsync"/>.</summary>
    public FleetRun(
        IReadOnlyList<SyntheticDevice> devices, FleetOptions options, IFleetTarget target, TimeProvider time)
    {
        (_devices, _options, _target, _time) = (devices, options, target, time);
        _startMs = _nowMs = options.Start.ToUnixTimeMilliseconds();
        _links = [.. devices.Select(device => target.Link(device.ClientId, Ledger))];
        _transport = new TransportFaults(options.Seed, options.Faults);
    }

    /// <summary>What was sent and what has arrived.</summary>
    public FleetLedger Ledger { get; } = new();

    /// <summary>What time it is for the devices.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _nowMs));

    /// <summary>Connects all devices. Throws when the first cannot, or all together take too long.</summary>
    public async Task ConnectAsync(CancellationToken ct)
    {
        var opened = new List<Task>(_devices.Count);
        for (var i = 0; i < _devices.Count; i++)
        {
            if (_devices[i].Next() is not DeviceStep.Connect connect)
                throw new UnreachableException("a device does something before it connects");
            opened.Add(_links[i].OpenAsync(connect.Will));
            Schedule(i, _devices[i].Next());
            // What is wrong for one is wrong for all: the first tries alone.
            while (i == 0 && !opened[0].IsCompleted)
            {
                await Task.WhenAny(opened[0], Task.Delay(Pause, _time, ct));
                ct.ThrowIfCancellationRequested();
                if (Ledger.Endings.Count > 0)
                    throw Unconnected(null);
            }
        }
        try
        {
            await Task.WhenAll(opened).WaitAsync(_options.ConnectMax, _time, ct);
        }
        catch (TimeoutException late)
        {
            throw Unconnected(late);
        }
    }

    /// <summary>Lets the fleet live as long as its pace says, or until cancelled; then sends what was held back, also
    /// by devices that have no connection just then, waits for the last acknowledgements, and says goodbye. False when
    /// some did not come.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        var began = _time.GetTimestamp();
        while (!ct.IsCancellationRequested && _turns.TryPeek(out _, out var next)
            && !_options.Pace.IsOver(TimeSpan.FromMilliseconds(next.AtMs - _startMs), _sent))
        {
            var due = _options.Pace.DueAt(TimeSpan.FromMilliseconds(next.AtMs - _startMs), _sent);
            if (due - _time.GetElapsedTime(began) is var wait && wait > Pause)
                await Task.Delay(wait, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WaitForRoomAsync(ct);
            if (!ct.IsCancellationRequested)
                await TakeTurnAsync(_turns.Dequeue(), next.AtMs, ct);
        }
        // What was sent and not acknowledged may be in the log or not: all is acknowledged before the end.
        foreach (var link in _links)
            _ = link.OpenAsync(will: null);
        while (_turns.TryDequeue(out var turn, out _))
        {
            if (turn.HeldBack is { } message)
                Send(turn.Index, message);
        }
        var isDrained = await DrainAsync(ct.IsCancellationRequested ? DrainAfterStopMax : _options.DrainMax);
        foreach (var link in _links)
            link.Leave();
        return isDrained;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links)
            await link.DisposeAsync();
    }

    TaplineException Unconnected(Exception? cause)
    {
        var reason = Ledger.Endings.OrderByDescending(static ending => ending.Value)
            .Select(static ending => $": {ending.Key}").FirstOrDefault();
        return new TaplineException(
            string.Create(CultureInfo.InvariantCulture,
                $"{Ledger.Connections} of {_devices.Count} devices have connected to {_target}{reason}"),
            "see whether a listener or broker runs there, whom it lets in, and how many connections it takes", cause);
    }

    async Task TakeTurnAsync(Turn turn, long atMs, CancellationToken ct)
    {
        Volatile.Write(ref _nowMs, atMs);
        var link = _links[turn.Index];
        while (link.IsCongested && !ct.IsCancellationRequested)
            await Task.Delay(Pause, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (turn.HeldBack is { } message)
        {
            Send(turn.Index, message);
            return;
        }
        switch (turn.Step)
        {
            case DeviceStep.Publish publish:
                Publish(turn.Index, publish);
                break;
            case DeviceStep.Connect connect:
                // Messages wait in the link until it is there: nobody else has to.
                _ = link.OpenAsync(connect.Will);
                break;
            case DeviceStep.Lose:
                link.Lose();
                break;
            case DeviceStep.Leave:
                link.Leave();
                break;
            default:
                throw new UnreachableException();
        }
        Schedule(turn.Index, _devices[turn.Index].Next());
    }

    void Publish(int index, DeviceStep.Publish publish)
    {
        if (_options.AcknowledgesAll)
            publish = publish with { Body = publish.Body with { IsAcknowledged = true } };
        var (message, sendAtMs, copyAtMs) = _transport.Apply(_devices[index].Index, publish);
        if (sendAtMs > publish.AtMs)
            HoldBack(index, message, sendAtMs);
        else
            Send(index, message);
        if (copyAtMs is { } again)
            HoldBack(index, message, again);
    }

    void Send(int index, SyntheticMessage message)
    {
        _sent++;
        if (!_links[index].Send(message))
            Ledger.CountUnsent();
    }

    void Schedule(int index, DeviceStep step) =>
        _turns.Enqueue(new Turn(index, step, null), (step.AtMs, index, 0));

    void HoldBack(int index, SyntheticMessage message, long untilMs) =>
        _turns.Enqueue(new Turn(index, null, message), (untilMs, index, ++_order));

    async Task WaitForRoomAsync(CancellationToken ct)
    {
        while (Ledger.Owed >= _options.OwedMax && !ct.IsCancellationRequested)
            await Task.Delay(Pause, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task<bool> DrainAsync(TimeSpan max)
    {
        var began = _time.GetTimestamp();
        while (Ledger.Owed > 0)
        {
            if (_time.GetElapsedTime(began) > max)
                return false;
            await Task.Delay(Pause, _time, CancellationToken.None);
        }
        return true;
    }

    readonly record struct Turn(int Index, DeviceStep? Step, SyntheticMessage? HeldBack);
}
