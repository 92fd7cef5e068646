using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Tables;

/// <summary>Puts the rows of a table together, and into quarantine what its columns or its contract do not
/// take.</summary>
sealed class RowIntake(TableId table, TableLayout layout, QuarantineBuffer quarantine, TableCounters counters)
{
    /// <summary>The row that a record leaves, before it is checked.</summary>
    public RowImage Image { get; } = new(layout);

    /// <summary>The row that a record leaves. False when a column does not take its value: the record is in
    /// quarantine.</summary>
    public bool TryBuild(
        in TableRecord record, ReadOnlySpan<byte> stored, out (ColumnBatch Batch, int Row) image)
    {
        if (Image.TryBuild(record.Plan, stored, out image, out var misfit))
            return true;
        RejectMisfit(record, misfit);
        return false;
    }

    /// <summary>As <see cref="TryBuild"/>; false also when the row breaks the contract.</summary>
    public bool TryTake(
        in TableRecord record, ReadOnlySpan<byte> stored, out (ColumnBatch Batch, int Row) image)
    {
        if (!TryBuild(record, stored, out image))
            return false;
        if (record.Plan.Contract?.BrokenBy(image.Batch, image.Row) is not { } broken)
            return true;
        Reject(record.Chunk, record.Slot, broken.Reason, broken.Detail);
        return false;
    }

    /// <summary>Puts a record into quarantine.</summary>
    public void Reject(RecordChunk chunk, in RecordSlot slot, string reason, string? detail)
    {
        if (quarantine.Add(table.ToString(), reason, detail, chunk, slot))
            counters.Quarantined++;
    }

    /// <summary>Puts a record into quarantine whose value a column does not take.</summary>
    public void RejectMisfit(in TableRecord record, int column) =>
        Reject(record.Chunk, record.Slot, QuarantineReason.Of(RejectReason.ValueOutOfRange),
            $"column {layout.Columns[column].Name}: the value does not fit the lake's {layout.Columns[column].Type}");
}
