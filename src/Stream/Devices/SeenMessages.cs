namespace Tapline.Streaming.Devices;

/// <summary>The messages of one device under one name, that of a boot or of a message alone, by their
/// numbers.</summary>
/// <param name="identity">The name.</param>
sealed class SeenMessages(byte[] identity)
{
    /// <summary>The name.</summary>
    public byte[] Identity { get; } = identity;

    /// <summary>The numbers.</summary>
    public SequenceRanges Numbers { get; } = new();

    /// <summary>Of numbers below this one only the history knows whether they were there.</summary>
    public long KnownFrom { get; set; } = long.MinValue;

    /// <summary>The lowest number that the open epoch has added; the greatest there is for none.</summary>
    public long AddedFrom { get; set; } = long.MaxValue;

    /// <summary>Whether the open epoch has added a number, which the lake cannot have yet.</summary>
    public bool IsOpen => AddedFrom != long.MaxValue;

    /// <summary>Grows with each message of the lane: who has the lowest was silent longest.</summary>
    public long UsedAt { get; set; }
}
