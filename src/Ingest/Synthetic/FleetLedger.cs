using System.Collections.Immutable;

namespace Tapline.Ingest.Synthetic;

/// <summary>Counts what a fleet has sent and what it was told has arrived. Safe from any thread.</summary>
public sealed class FleetLedger
{
    static readonly (DeviceFaults Fault, string Name)[] FaultNames =
    [
        (DeviceFaults.Duplicate, "duplicates"), (DeviceFaults.Reordered, "reordered"), (DeviceFaults.Late, "late"),
        (DeviceFaults.VeryLate, "very_late"), (DeviceFaults.Skewed, "skewed"), (DeviceFaults.Void, "voids"),
    ];

    readonly Lock _lock = new();
    readonly SortedDictionary<string, Tally> _streams = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, long> _endings = new(StringComparer.Ordinal);
    long _sent;
    long _acknowledged;
    long _refused;
    long _unsent;
    long _connections;
    int _owed;

    /// <summary>Times that a message was sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Different messages that were acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Messages that the broker took no responsibility for: the device may not publish them.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Messages of QoS 0 that met no connection.</summary>
    public long Unsent => Interlocked.Read(ref _unsent);

    /// <summary>Connections that are open.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Messages that wait for an acknowledgement, of devices that have a connection or want one.</summary>
    public int Owed => Volatile.Read(ref _owed);

    /// <summary>Connections that ended without the device's will, by reason.</summary>
    public IReadOnlyDictionary<string, long> Endings
    {
        get
        {
            lock (_lock)
                return new SortedDictionary<string, long>(_endings, StringComparer.Ordinal);
        }
    }

    /// <summary>What must be found, stream by stream.</summary>
    public ImmutableArray<StreamOracle> Oracle()
    {
        lock (_lock)
            return [.. _streams.Select(static stream => stream.Value.Oracle(stream.Key))];
    }

    internal void AddOwed(int count) => Interlocked.Add(ref _owed, count);

    internal void AddConnections(int count) => Interlocked.Add(ref _connections, count);

    internal void CountSent(SyntheticMessage message)
    {
        Interlocked.Increment(ref _sent);
        var isFirst = !message.Body.IsAcknowledged && message.TryCount();
        lock (_lock)
        {
            var tally = TallyOf(message.Body.Stream);
            tally.Sent++;
            if (isFirst)
                tally.Add(message, isExact: false);
        }
    }

    internal void CountAcknowledged(SyntheticMessage message)
    {
        if (!message.TryCount())
            return;
        Interlocked.Increment(ref _acknowledged);
        lock (_lock)
            TallyOf(message.Body.Stream).Add(message, isExact: true);
    }

    internal void CountWill(DeviceMessageBody will)
    {
        lock (_lock)
            TallyOf(will.Stream).Wills++;
    }

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountUnsent() => Interlocked.Increment(ref _unsent);

    internal void CountEnding(string reason)
    {
        lock (_lock)
            _endings[reason] = _endings.GetValueOrDefault(reason) + 1;
    }

    Tally TallyOf(string stream)
    {
        if (!_streams.TryGetValue(stream, out var tally))
            _streams.Add(stream, tally = new Tally());
        return tally;
    }

    sealed class Tally
    {
        readonly long[] _faults = new long[FaultNames.Length];
        long _history;
        long _clockSkew;
        long _unknown;
        long _notJson;
        bool _isExact = true;

        public long Sent { get; set; }

        public long Wills { get; set; }

        public void Add(SyntheticMessage message, bool isExact)
        {
            _isExact &= isExact;
            var faults = message.Faults;
            if (faults.HasFlag(DeviceFaults.Malformed))
                _notJson++;
            else if (faults.HasFlag(DeviceFaults.Epoch))
                _clockSkew++;
            else if (faults.HasFlag(DeviceFaults.Unknown))
                _unknown++;
            else
                AddHistory(faults);
        }

        public StreamOracle Oracle(string stream) => new(
            stream, _isExact, Sent, _history, _clockSkew, _unknown, _notJson, Wills,
            FaultNames.Index().Where(fault => _faults[fault.Index] > 0).ToImmutableSortedDictionary(
                static fault => fault.Item.Name, fault => _faults[fault.Index], StringComparer.Ordinal));

        void AddHistory(DeviceFaults faults)
        {
            _history++;
            for (var i = 0; i < FaultNames.Length; i++)
            {
                if (faults.HasFlag(FaultNames[i].Fault))
                    _faults[i]++;
            }
        }
    }
}
