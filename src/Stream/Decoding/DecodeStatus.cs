namespace Tapline.Streaming.Decoding;

/// <summary>What a record turned out to be.</summary>
public enum DecodeStatus : byte
{
    /// <summary>A change of one row, now the last of the rows.</summary>
    Row,
    /// <summary>A null value: tells Kafka's compaction to forget the key, says nothing about the table.</summary>
    Tombstone,
    /// <summary>All rows of the table are gone; <see cref="ChangeRows.LastMeta"/> says when.</summary>
    Truncate,
    /// <summary>A record that is no change: heartbeat, logical message, transaction marker.</summary>
    Ignored,
    /// <summary>Not to be decoded; <see cref="DecodeResult.Reason"/> says why. Nothing was added.</summary>
    Rejected,
}
