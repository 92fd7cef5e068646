namespace Tapline.Streaming.Windows;

/// <summary>What became of an event.</summary>
public enum WindowOutcome
{
    /// <summary>It is in its windows.</summary>
    Taken,
    /// <summary>It came later than its windows wait.</summary>
    TooLate,
    /// <summary>There are as many windows as there may be.</summary>
    TooMany,
}
