namespace Tapline.Streaming.Decoding;

/// <summary>Whether a change comes from a snapshot, by Debezium's <c>source.snapshot</c>.</summary>
public enum SnapshotMark : byte
{
    /// <summary>From the source's log.</summary>
    None,
    /// <summary>From an initial or a blocking snapshot.</summary>
    Snapshot,
    /// <summary>From an incremental snapshot: the row has no position of its own.</summary>
    Incremental,
}
