using Tapline.Streaming.Ordering;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Devices;

/// <summary>Which messages of all devices are in the lake or on their way to it: the last in memory, of the others the
/// name of one that may be there is for the history to look up. Never guesses. Owned by the lane's task.</summary>
sealed class SeenDevices
{
    // The boots of a device, and its messages without a number, that stay in memory.
    internal const int BootsKept = 4;

    // The stretches of a boot that stay in memory: a device that loses every other message has many.
    const int RangesKept = 64;

    readonly Dictionary<byte[], SeenDevice> _devices = new(BytesComparer.Instance);
    readonly LetGoFilter _letGo = new();
    List<SeenDevice> _touched = [];
    List<SeenDevice> _closed = [];
    long _uses;

    /// <summary>How many devices.</summary>
    public int Count => _devices.Count;

    /// <summary>Whether a message was there before; null when the history has to say so, and has to be taken
    /// over (<see cref="TakeOver"/>).</summary>
    public Verdict? Judge(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity, long number)
    {
        if (Find(device)?.Find(identity) is not { } seen)
            return _letGo.MayContain(device, identity) ? null : Verdict.New;
        if (seen.Numbers.Contains(number))
            return Verdict.Repeat;
        return number < seen.KnownFrom ? null : Verdict.New;
    }

    /// <summary>Takes note of a message.</summary>
    public void Add(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity, long number)
    {
        var seen = Touch(device, identity);
        seen.UsedAt = ++_uses;
        seen.AddedFrom = Math.Min(seen.AddedFrom, number);
        seen.Numbers.Add(number);
    }

    /// <summary>Begins to take over what the history has under a name: from now on all is known of it.</summary>
    public void BeginTakeOver(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity) =>
        Touch(device, identity).KnownFrom = long.MinValue;

    /// <summary>Takes over numbers that the history has under a name.</summary>
    public void TakeOver(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity, long first, long last) =>
        Touch(device, identity).Numbers.Add(first, last);

    /// <summary>Takes note that the history has something under a name, without remembering it.</summary>
    public void TakeNote(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity) => _letGo.Add(device, identity);

    /// <summary>The epoch is closed. The one before it must be in the lake.</summary>
    public void Close()
    {
        (_touched, _closed) = (_closed, _touched);
        foreach (var device in _closed)
            device.Close();
    }

    /// <summary>Takes note that the lake has the closed epoch: lets go of what is too much. What the open one has added
    /// stays: nobody else knows of it.</summary>
    public void Settle()
    {
        foreach (var device in _closed)
            device.LetGo(BootsKept, RangesKept, _letGo);
        _closed.Clear();
    }

    SeenMessages Touch(ReadOnlySpan<byte> id, ReadOnlySpan<byte> identity)
    {
        if (Find(id) is not { } device)
        {
            device = new SeenDevice(id.ToArray());
            _devices.Add(device.Id, device);
        }
        if (!device.IsTouched)
            _touched.Add(device);
        device.IsTouched = true;
        return device.Find(identity) ?? device.Begin(identity);
    }

    SeenDevice? Find(ReadOnlySpan<byte> id) =>
        _devices.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(id, out var device) ? device : null;
}
