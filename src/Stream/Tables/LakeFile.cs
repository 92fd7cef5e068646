using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Streaming.Tables;

/// <summary>A live file of a current table, and the state slots of its rows when it was written. A slot whose row has
/// changed since belongs to the file no longer (<see cref="TableState.FileOf"/>).</summary>
sealed record LakeFile(AddFile Add, int[] Slots);
