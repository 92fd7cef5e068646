using System.Runtime.InteropServices;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.DeletionVectors;

namespace Tapline.Streaming.Tables;

/// <summary>A live file of a current table, and the state slots of its rows when it was written; -1 for a row that was
/// deleted before. A slot whose row has changed since belongs to the file no longer
/// (<see cref="TableState.FileOf"/>).</summary>
sealed record LakeFile(AddFile Add, int[] Slots)
{
    /// <summary>Whether the row of the file at a place is still the table's.</summary>
    public bool Holds(int row, int file, TableState state) =>
        Slots[row] is >= 0 and var slot && state.FileOf(slot) == file && state.IsLive(slot);

    /// <summary>The rows that are not the table's any more.</summary>
    public RoaringBitmap DeletedRows(int file, TableState state)
    {
        var rows = new List<long>();
        for (var row = 0; row < Slots.Length; row++)
        {
            if (!Holds(row, file, state))
                rows.Add(row);
        }
        return new RoaringBitmap(CollectionsMarshal.AsSpan(rows));
    }
}
