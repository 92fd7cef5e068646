using Tapline.Lakehouse.Delta.DeletionVectors;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Which rows of a file a scan gives, by their position.</summary>
/// <param name="Rows">A set of positions.</param>
/// <param name="Keeps">Whether the scan gives these rows alone; otherwise it gives all others.</param>
public sealed record RowFilter(RoaringBitmap Rows, bool Keeps);
