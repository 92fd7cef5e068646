using Tapline.Lakehouse.Parquet;

namespace Tapline.Lakehouse.Delta;

/// <summary>What tables need from outside: time and chance.</summary>
/// <param name="Time">The clock of timestamps and waits.</param>
/// <param name="NewId">Gives ids that no other writer has: names of files, ids of tables and attempts.</param>
public sealed record DeltaServices(TimeProvider Time, Func<Guid> NewId)
{
    /// <summary>Tries of one commit, lost races and lost answers together, before it is given up.</summary>
    public int CommitTriesMax { get; init; } = 100;

    /// <summary>Commits between checkpoints for tables without the property <c>delta.checkpointInterval</c>.</summary>
    public int CheckpointInterval { get; init; } = 100;

    /// <summary>Files that one file of a checkpoint tells of at most, in tables that take checkpoints with sidecars;
    /// other tables have one file whatever their size.</summary>
    public int CheckpointFileActionsMax { get; init; } = 50_000;

    /// <summary>How data files are written.</summary>
    public ParquetOptions Parquet { get; init; } = new();
}
