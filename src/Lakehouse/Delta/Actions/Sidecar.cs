namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>A file that holds a part of a checkpoint's actions.</summary>
/// <param name="Path">Its name in the folder of sidecars, as a URI.</param>
/// <param name="SizeInBytes">Bytes, exactly.</param>
sealed record Sidecar(string Path, long SizeInBytes);
