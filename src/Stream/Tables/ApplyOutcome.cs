namespace Tapline.Streaming.Tables;

/// <summary>How applying one record ended.</summary>
enum ApplyOutcome
{
    /// <summary>Applied, dropped as a repeat, or put into quarantine.</summary>
    Done,
    /// <summary>It has a field that the plan's schema lacks; nothing was applied.</summary>
    UnknownColumn,
    /// <summary>A row under a new key whose old row may be on its way in another partition; nothing was
    /// applied.</summary>
    AwaitsOldRow,
    /// <summary>A row under a new key whose old row lies in the history; nothing was applied.</summary>
    NeedsOldRow,
    /// <summary>A record that is replayed, of whose key the past is not known yet; nothing was applied.</summary>
    NeedsPast,
    /// <summary>A change of a transaction whose end is not known yet; nothing was applied.</summary>
    AwaitsTransaction,
}
