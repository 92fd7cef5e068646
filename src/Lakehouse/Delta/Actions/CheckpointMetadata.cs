namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>Marks a checkpoint of the second kind.</summary>
/// <param name="Version">The version that it holds.</param>
sealed record CheckpointMetadata(long Version);
