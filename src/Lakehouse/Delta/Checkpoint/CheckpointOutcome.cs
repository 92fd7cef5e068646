namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>How writing a checkpoint ended. A failure costs readers time and nothing else, so it is a value to be
/// logged and counted.</summary>
public abstract record CheckpointOutcome
{
    CheckpointOutcome()
    {
    }

    /// <summary>The checkpoint is there.</summary>
    /// <param name="Version">The version that it holds.</param>
    /// <param name="Actions">Its rows.</param>
    /// <param name="SizeInBytes">Its bytes.</param>
    public sealed record Written(long Version, long Actions, long SizeInBytes) : CheckpointOutcome;

    /// <summary>There is none for this version.</summary>
    public sealed record Failed(long Version, Exception Cause) : CheckpointOutcome;
}
