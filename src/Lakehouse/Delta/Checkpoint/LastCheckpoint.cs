namespace Tapline.Lakehouse.Delta.Checkpoint;

/// <summary>The content of <c>_last_checkpoint</c>: a hint where to start a listing, never trusted further.</summary>
sealed record LastCheckpoint(long Version, long Size)
{
    public int? Parts { get; init; }

    public long? SizeInBytes { get; init; }

    public long? NumOfAddFiles { get; init; }
}
