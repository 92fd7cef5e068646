using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Delta;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Devices;

/// <summary>One stream of device messages in a lane: takes each once, and gathers them for its table. Owned by the
/// lane's task.</summary>
sealed class DeviceStream
{
    readonly DeviceTimes _times;
    readonly DeviceRegistry _registry;
    readonly ParkedDevices _parked;
    readonly SeenDevices _seen;
    readonly WantedPast _wanted;
    readonly QuarantineBuffer _quarantine;
    readonly DeviceDecoder _decoder;
    readonly DeviceIdentity _identity;
    readonly ImmutableArray<ContractRule> _contract;
    readonly ColumnBatch _scratch;

    public DeviceStream(
        string name,
        DeviceLayout layout,
        DeltaTable table,
        DeviceTimes times,
        DeviceRegistry registry,
        ParkedDevices parked,
        SeenDevices seen,
        WantedPast wanted,
        QuarantineBuffer quarantine)
    {
        (Name, Layout, Table) = (name, layout, table);
        (_times, _registry, _parked) = (times, registry, parked);
        (_seen, _wanted, _quarantine) = (seen, wanted, quarantine);
        _decoder = new DeviceDecoder(layout);
        _identity = new DeviceIdentity(name);
        _contract = [.. layout.Declared.Columns.SelectMany(column =>
        {
            var place = layout.Fields.Select(static field => field.Name).ToImmutableArray().IndexOf(column.Name);
            return ContractRule.Of(column, place, layout.Fields[place]);
        })];
        Accepted = new ColumnBatch(layout.Columns);
        Closed = new ColumnBatch(layout.Columns);
        _scratch = new ColumnBatch(layout.Columns);
    }

    /// <summary>The last word of its topic.</summary>
    public string Name { get; }

    /// <summary>The folder of its table.</summary>
    public string Root => DeviceStreams.RootOf(Name);

    /// <summary>Its columns.</summary>
    public DeviceLayout Layout { get; }

    /// <summary>Its table.</summary>
    public DeltaTable Table { get; }

    /// <summary>The messages that the open epoch has accepted, in the order of their acceptance.</summary>
    public ColumnBatch Accepted { get; private set; }

    /// <summary>Those of the closed epoch.</summary>
    public ColumnBatch Closed { get; private set; }

    /// <summary>What it has done.</summary>
    public DeviceCounters Counters { get; } = new();

    /// <summary>Closes the epoch. The one before it must be in the lake.</summary>
    public void Close() => (Accepted, Closed) = (Closed, Accepted);

    /// <summary>Applies a message.</summary>
    public DeviceOutcome Apply(RecordChunk chunk, in RecordSlot slot)
    {
        var row = Accepted.Count;
        var outcome = TryAdd(chunk, slot, row);
        if (outcome == DeviceOutcome.Accepted)
            Counters.Accepted++;
        else
            Accepted.Truncate(row);
        if (outcome == DeviceOutcome.Repeated)
            Counters.Repeated++;
        return outcome;
    }

    /// <summary>Asks the history for a message that will be applied, should it have to be asked.</summary>
    public void LookAhead(RecordChunk chunk, in RecordSlot slot)
    {
        _scratch.Clear();
        if (_decoder.Append(chunk, slot, _scratch).Status == DecodeStatus.Row
            && _identity.TryRead(Layout, _scratch, 0, out var name, out var number))
            Judge(_scratch.Columns[DeviceLayout.DeviceId].Value(0), name, number);
    }

    /// <summary>Puts a message into quarantine.</summary>
    public void Reject(RecordChunk chunk, in RecordSlot slot, string reason, string? detail)
    {
        if (_quarantine.Add($"iot.{Name}", reason, detail, chunk, slot))
            Counters.Quarantined++;
    }

    DeviceOutcome TryAdd(RecordChunk chunk, in RecordSlot slot, int row)
    {
        var decoded = _decoder.Append(chunk, slot, Accepted);
        if (decoded.Status != DecodeStatus.Row)
            return Rejected(chunk, slot, QuarantineReason.Of(decoded.Reason), decoded.Detail);
        var eventUs = Accepted.Columns[DeviceLayout.EventTime].Int64s[row];
        var receivedUs = Accepted.Columns[DeviceLayout.ReceivedAt].Int64s[row];
        if (_times.Disbelief(eventUs, receivedUs) is { } disbelief)
            return Rejected(chunk, slot, QuarantineReason.ClockSkew, disbelief);
        foreach (var rule in _contract)
        {
            if (!rule.Holds(Accepted, row))
                return Rejected(chunk, slot, rule.Reason, rule.Detail);
        }
        var device = Accepted.Columns[DeviceLayout.DeviceId].Value(row);
        if (_registry.IsDeclared && _registry.Knows(device) is not true and var known)
            return known is null ? DeviceOutcome.NeedsPast : Parked(chunk, slot, device);
        if (_identity.TryRead(Layout, Accepted, row, out var name, out var number))
        {
            var verdict = Judge(device, name, number);
            if (verdict != Verdict.New)
                return verdict is null ? DeviceOutcome.NeedsPast : DeviceOutcome.Repeated;
            _seen.Add(device, name, number);
        }
        var marks = _times.MarksOf(eventUs, receivedUs, _decoder.HasTime);
        if (marks.IsEmpty)
            Accepted.Columns[Layout.Flags].AppendNull();
        else
            Accepted.Columns[Layout.Flags].Append(marks);
        if (_times.IsLate(eventUs, receivedUs))
            Counters.Late++;
        return DeviceOutcome.Accepted;
    }

    Verdict? Judge(ReadOnlySpan<byte> device, ReadOnlySpan<byte> name, long number)
    {
        var verdict = _seen.Judge(device, name, number);
        if (verdict is null)
            _wanted.Add(device, name);
        return verdict;
    }

    DeviceOutcome Parked(RecordChunk chunk, in RecordSlot slot, ReadOnlySpan<byte> device)
    {
        _parked.Add(device);
        return Rejected(chunk, slot, QuarantineReason.UnknownDevice, "no row of the devices' table has this key");
    }

    DeviceOutcome Rejected(RecordChunk chunk, in RecordSlot slot, string reason, string? detail)
    {
        Reject(chunk, slot, reason, detail);
        return DeviceOutcome.Rejected;
    }
}
