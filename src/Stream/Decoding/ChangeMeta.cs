using Tapline.Contracts;

namespace Tapline.Streaming.Decoding;

/// <summary>What an event says about its change, apart from the row.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Position">Where it stands in the source; zeros where the event does not say.</param>
/// <param name="TransactionId">The source's transaction; -1 where the event does not say.</param>
/// <param name="SourceTimestampUs">Commit time at the source, in microseconds since 1970; 0 where the event does not
/// say.</param>
/// <param name="Snapshot">Whether a snapshot read it.</param>
public readonly record struct ChangeMeta(
    ChangeKind Kind, SourcePosition Position, long TransactionId, long SourceTimestampUs, SnapshotMark Snapshot);
