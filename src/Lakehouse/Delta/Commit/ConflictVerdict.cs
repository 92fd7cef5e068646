namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>What a lost race means for a commit.</summary>
abstract record ConflictVerdict
{
    ConflictVerdict()
    {
    }

    /// <summary>Nothing that the winners did touches it: try again on top of them.</summary>
    public sealed record Rebase : ConflictVerdict
    {
        public static Rebase Instance { get; } = new();
    }

    /// <summary>A winner is this very transaction, or a later one of the same writer.</summary>
    public sealed record AlreadyCommitted(long Version) : ConflictVerdict;

    /// <summary>A winner makes the commit wrong.</summary>
    public sealed record Conflict(long Version, string Reason) : ConflictVerdict;
}
