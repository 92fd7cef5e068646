namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>Who made a commit and why; written first in each of ours, never needed to read a table.</summary>
/// <param name="Timestamp">Milliseconds since 1970.</param>
/// <param name="Operation">What was done, in the field's words: <c>STREAMING UPDATE</c>, <c>WRITE</c>,
/// <c>OPTIMIZE</c>.</param>
/// <param name="TxnId">Unique to one attempt of one writer: tells an own commit whose answer was lost from
/// another's.</param>
public sealed record CommitInfo(long Timestamp, string Operation, string TxnId)
{
    /// <summary>The operation's settings.</summary>
    public IReadOnlyDictionary<string, string>? OperationParameters { get; init; }

    /// <summary>The version that the commit was made against; null for the first.</summary>
    public long? ReadVersion { get; init; }

    /// <summary>Whether the commit only adds files and depends on no row of the table.</summary>
    public bool IsBlindAppend { get; init; }

    /// <summary>Counts, as text.</summary>
    public IReadOnlyDictionary<string, string>? OperationMetrics { get; init; }

    /// <summary>The program.</summary>
    public string EngineInfo { get; init; } = Engine;

    /// <summary>This program's name and version.</summary>
    internal const string Engine = "Tapline/0.1.0";
}
