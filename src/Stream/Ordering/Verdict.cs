namespace Tapline.Streaming.Ordering;

/// <summary>What a change is to the rows that are there already.</summary>
enum Verdict
{
    /// <summary>Not seen before, and the newest of its key.</summary>
    New,
    /// <summary>Not seen before, but the key has gone on since: for the history only.</summary>
    Late,
    /// <summary>Applied before.</summary>
    Repeat,
}
