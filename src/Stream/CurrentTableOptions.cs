namespace Tapline.Streaming;

/// <summary>What a current table gets when it is made. One that is there stays as it is.</summary>
public sealed record CurrentTableOptions
{
    /// <summary>Nothing that a reader of deletion vectors may lack.</summary>
    public static CurrentTableOptions Plain { get; } = new();

    /// <summary>Whether checkpoints of many files may have several files themselves (V2).</summary>
    public bool HasV2Checkpoints { get; init; }

    /// <summary>Whether columns can get another name, or go, while files stay (column mapping).</summary>
    public bool MapsColumns { get; init; }

    /// <summary>Whether columns that the source has dropped go from the table, too, when a lane takes it up. Needs
    /// <see cref="MapsColumns"/>.</summary>
    public bool DropsRetired { get; init; }

    /// <summary>Whether there is a change feed. Files then stay as long as versions can be read: the feed is made of
    /// both.</summary>
    public bool KeepsChanges { get; init; }
}
