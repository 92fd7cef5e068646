using Tapline.Contracts;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Quarantine;

/// <summary>Where a change stands in its source and in the log.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Position">In the source.</param>
/// <param name="SourceTimestampUs">When it was committed, microseconds since 1970; 0 when unknown.</param>
/// <param name="IngestedUs">When it reached the log, microseconds since 1970.</param>
/// <param name="Partition">In the log; -1 when unknown.</param>
/// <param name="Offset">In the partition.</param>
readonly record struct ChangePlace(
    ChangeKind Kind, SourcePosition Position, long SourceTimestampUs, long IngestedUs, int Partition, long Offset)
{
    // Commit times follow commit order but for the scatter of a moment; a source that was restored is far behind.
    const long RestoredMarginUs = 60_000_000;

    /// <summary>Where a change stands.</summary>
    public static ChangePlace Of(in ChangeStamp change) => new(
        change.Kind,
        change.Row.Position,
        change.Row.SourceTimestampUs,
        change.Row.IngestedUs,
        change.Partition.Partition,
        change.Offset);

    /// <summary>Where the change stands that left a row, as far as the row remembers.</summary>
    public static ChangePlace Of(in RowMeta row) =>
        new(ChangeKind.Read, row.Position, row.SourceTimestampUs, row.IngestedUs, -1, -1);

    /// <summary>Whether both are one change, which the source may have sent twice.</summary>
    public bool IsSameAs(in ChangePlace other) =>
        Partition == other.Partition && Offset == other.Offset
        || Position != default && Position == other.Position && Kind == other.Kind
            && SourceTimestampUs == other.SourceTimestampUs;

    /// <summary>Whether this one came after another: by their positions, and by the log where one of them has none
    /// among the commits (rows that were read) or the source was restored in between.</summary>
    public bool IsAfter(in ChangePlace other)
    {
        if (Position.Commit > 0 && other.Position.Commit > 0 && Position != other.Position && !IsOfOtherRun(other))
            return Position.CompareTo(other.Position) > 0;
        return Partition == other.Partition ? Offset > other.Offset : IngestedUs > other.IngestedUs;
    }

    /// <summary>Whether the source was restored between the two, so that their positions cannot be compared.</summary>
    public bool IsOfOtherRun(in ChangePlace other)
    {
        if (Kind == ChangeKind.Read || other.Kind == ChangeKind.Read || SourceTimestampUs <= 0
            || other.SourceTimestampUs <= 0)
            return false;
        var aheadUs = SourceTimestampUs - other.SourceTimestampUs;
        return Position.CompareTo(other.Position) > 0 ? aheadUs < -RestoredMarginUs : aheadUs > RestoredMarginUs;
    }
}
