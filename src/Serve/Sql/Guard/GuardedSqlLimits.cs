namespace Tapline.Serving.Sql.Guard;

/// <summary>What all statements from outside together, and each of them, may use.</summary>
public sealed record GuardedSqlLimits
{
    /// <summary>How many run at once.</summary>
    public int RunningMax { get; init; } = 4;

    /// <summary>How many wait for their turn.</summary>
    public int WaitingMax { get; init; } = 64;

    /// <summary>How long one may take, waiting and reading included.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Rows after which an answer stops.</summary>
    public long RowsMax { get; init; } = 10_000;

    /// <summary>By how much the process may grow while statements run, beyond what DuckDB counts as theirs; null for no
    /// watch.</summary>
    public long? GrowthBytesMax { get; init; }
}
