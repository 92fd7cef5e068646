using Tapline.Lakehouse.Delta.Checkpoint;

namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>How a commit ended. A lost race is an answer, not an exception.</summary>
public abstract record CommitOutcome
{
    CommitOutcome()
    {
    }

    /// <summary>The commit is in the table.</summary>
    /// <param name="Version">The version that it made.</param>
    public sealed record Committed(long Version) : CommitOutcome
    {
        /// <summary>How writing a checkpoint ended; null when none was due.</summary>
        public CheckpointOutcome? Checkpoint { get; init; }
    }

    /// <summary>The table has this transaction, or a later one of the same writer, already; nothing was
    /// written.</summary>
    /// <param name="Version">A version of the table that has it.</param>
    public sealed record AlreadyCommitted(long Version) : CommitOutcome;

    /// <summary>Somebody else's commit makes this one wrong; nothing was written.</summary>
    /// <param name="Version">The version that is in the way.</param>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Conflict(long Version, string Reason) : CommitOutcome;

    /// <summary>The store gave no answer, as often as it was asked: the commit may be in the table or not. Commit the
    /// same transaction again, later: the fence tells.</summary>
    /// <param name="Version">The version that was tried last.</param>
    public sealed record Unknown(long Version) : CommitOutcome;
}
