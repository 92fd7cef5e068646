using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Lakehouse.Delta.DeletionVectors;

/// <summary>A live file of a table and the rows of it that are deleted, counted from 0.</summary>
/// <param name="File">As the table's newest version has it.</param>
/// <param name="Rows">All of them, also those deleted before.</param>
public sealed record DeletedRows(AddFile File, RoaringBitmap Rows);
