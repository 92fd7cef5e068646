using System.Runtime.InteropServices;
using Tapline.Contracts.Columns;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tables;

/// <summary>Puts the row after a change together: what the event carries, and the stored row for what it leaves
/// out.</summary>
sealed class RowImage
{
    ColumnBatch _image;
    ColumnBatch _stored;

    /// <summary>Makes images in a layout.</summary>
    public RowImage(TableLayout layout)
    {
        _image = new ColumnBatch(layout.Columns);
        _stored = new ColumnBatch(layout.Columns);
    }

    /// <summary>Takes on a layout that has gained columns.</summary>
    public void Widen(TableLayout layout)
    {
        _image = new ColumnBatch(layout.Columns);
        _stored = new ColumnBatch(layout.Columns);
    }

    /// <summary>The image of the last row of a plan as a batch and a row in it, valid until the next call.</summary>
    /// <param name="plan">Holds the decoded row.</param>
    /// <param name="stored">The packed row that was there before; empty when there was none: cells left out become
    /// null.</param>
    public (ColumnBatch Batch, int Row) Build(EventPlan plan, ReadOnlySpan<byte> stored)
    {
        var rows = plan.Rows;
        var row = rows.Count - 1;
        var unavailable = Unavailable(rows, row);
        if (plan.IsIdentity && unavailable.IsEmpty)
            return (rows.Values, row);
        _image.Clear();
        _stored.Clear();
        if (!stored.IsEmpty)
            RowCodec.Decode(stored, _stored.Columns, _stored.Columns.Length);
        for (var i = 0; i < _image.Columns.Length; i++)
        {
            var from = plan.FromEvent[i];
            if (from >= 0 && !Contains(unavailable, from))
                _image.Columns[i].AppendFrom(rows.Values.Columns[from], row);
            else if (!stored.IsEmpty)
                _image.Columns[i].AppendFrom(_stored.Columns[i], 0);
            else
                _image.Columns[i].AppendNull();
        }
        return (_image, 0);
    }

    /// <summary>The cells of a row that its event leaves out.</summary>
    public static ReadOnlySpan<UnavailableCell> Unavailable(ChangeRows rows, int row)
    {
        var all = CollectionsMarshal.AsSpan(rows.Unavailable);
        var start = all.Length;
        while (start > 0 && all[start - 1].Row == row)
            start--;
        return all[start..];
    }

    static bool Contains(ReadOnlySpan<UnavailableCell> cells, int column)
    {
        foreach (var cell in cells)
        {
            if (cell.Column == column)
                return true;
        }
        return false;
    }
}
