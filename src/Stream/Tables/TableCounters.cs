using Tapline.Contracts;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tables;

/// <summary>What a lane has done with one table since it started.</summary>
sealed class TableCounters
{
    /// <summary>Changes applied.</summary>
    public long Changes { get; private set; }

    /// <summary>Repeats dropped.</summary>
    public long Repeated { get; set; }

    /// <summary>Records put into quarantine.</summary>
    public long Quarantined { get; set; }

    /// <summary>The highest position applied.</summary>
    public SourcePosition Position { get; private set; }

    /// <summary>Commit time of the newest change applied, microseconds since 1970.</summary>
    public long SourceTimestampUs { get; private set; }

    /// <summary>Counts a change.</summary>
    public void Applied(in ChangeMeta meta)
    {
        Changes++;
        SourceTimestampUs = Math.Max(SourceTimestampUs, meta.SourceTimestampUs);
        if (meta.Position.CompareTo(Position) > 0)
            Position = meta.Position;
    }
}
