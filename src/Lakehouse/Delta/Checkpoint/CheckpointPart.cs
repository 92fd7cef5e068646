namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>What is wanted of a checkpoint's file.</summary>
enum CheckpointPart
{
    /// <summary>All of its actions.</summary>
    All,
    /// <summary>Only the names of further files.</summary>
    Sidecars,
}
