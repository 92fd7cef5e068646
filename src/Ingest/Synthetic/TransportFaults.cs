namespace Tapline.Ingest.Synthetic;

/// <summary>What goes wrong on the way of a message, whatever it says: a copy, a delay, a cut.</summary>
sealed class TransportFaults(ulong seed, FaultRates faults)
{
    const uint Kind = 0x7261_6E73;
    const int DelayMsMax = 120_000;
    const int CopyDelayMsMax = 30_000;

    readonly Dictionary<int, (Dice Dice, long Count)> _devices = [];

    /// <summary>The message as it goes out, when it goes, and when a copy of it follows; null for none.</summary>
    public (SyntheticMessage Message, long SendAtMs, long? CopyAtMs) Apply(int device, DeviceStep.Publish publish)
    {
        var (dice, count) = _devices.TryGetValue(device, out var known)
            ? known
            : (new Dice(seed, Kind, device, 0), 0);
        _devices[device] = (dice, count + 1);
        var n = count * 5;
        var (body, marks, at) = (publish.Body, publish.Faults, publish.AtMs);
        if (dice.Chance(n, faults.Malformed))
        {
            // Without its end it is no JSON.
            var cut = body with { Payload = body.Payload[..dice.Between(n + 1, 1, body.Payload.Length)] };
            return (new SyntheticMessage(cut, marks | DeviceFaults.Malformed), at, null);
        }
        if (dice.Chance(n + 2, faults.Reordered))
        {
            marks |= DeviceFaults.Reordered;
            at += dice.Between(n + 1, 1000, DelayMsMax);
        }
        long? copyAt = null;
        if (dice.Chance(n + 3, faults.Duplicates))
        {
            marks |= DeviceFaults.Duplicate;
            copyAt = at + dice.Between(n + 4, 1, CopyDelayMsMax);
        }
        return (new SyntheticMessage(body, marks), at, copyAt);
    }
}
