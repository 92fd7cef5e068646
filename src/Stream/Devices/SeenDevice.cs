namespace Tapline.Streaming.Devices;

/// <summary>What is remembered of one device: its last boots, and its last messages without a number.</summary>
/// <param name="id">The device.</param>
sealed class SeenDevice(byte[] id)
{
    readonly List<SeenMessages> _boots = [];
    readonly List<SeenMessages> _singles = [];

    /// <summary>The device.</summary>
    public byte[] Id { get; } = id;

    /// <summary>Whether the open epoch has messages of it.</summary>
    public bool IsTouched { get; set; }

    /// <summary>What is remembered under a name; null for nothing.</summary>
    public SeenMessages? Find(ReadOnlySpan<byte> identity)
    {
        foreach (var seen in ListOf(identity))
        {
            if (identity.SequenceEqual(seen.Identity))
                return seen;
        }
        return null;
    }

    /// <summary>Begins to remember a name.</summary>
    public SeenMessages Begin(ReadOnlySpan<byte> identity)
    {
        var seen = new SeenMessages(identity.ToArray());
        ListOf(identity).Add(seen);
        return seen;
    }

    /// <summary>The epoch is closed: nothing belongs to the next one yet.</summary>
    public void Close()
    {
        IsTouched = false;
        foreach (var seen in _boots)
            seen.AddedFrom = long.MaxValue;
        foreach (var seen in _singles)
            seen.AddedFrom = long.MaxValue;
    }

    /// <summary>Lets go of all but the last boots and messages, and of the lowest numbers of boots with many
    /// gaps, as far as the lake has them.</summary>
    public void LetGo(int boots, int ranges, LetGoFilter filter)
    {
        LetGo(_boots, boots, filter);
        LetGo(_singles, boots, filter);
        foreach (var seen in _boots)
        {
            var kept = Math.Max(ranges, seen.Numbers.CountFrom(seen.AddedFrom));
            if (seen.Numbers.Count > kept)
                seen.KnownFrom = seen.Numbers.KeepHighest(kept);
        }
    }

    void LetGo(List<SeenMessages> all, int countMax, LetGoFilter filter)
    {
        while (all.Count > countMax && all.Where(static seen => !seen.IsOpen).MinBy(static seen => seen.UsedAt)
            is { } oldest)
        {
            filter.Add(Id, oldest.Identity);
            all.Remove(oldest);
        }
    }

    List<SeenMessages> ListOf(ReadOnlySpan<byte> identity) => identity[0] == DeviceIdentity.Boot ? _boots : _singles;
}
