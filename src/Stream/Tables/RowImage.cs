using System.Runtime.InteropServices;
using Tapline.Contracts.Columns;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Values;

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

    /// <summary>Takes on changed columns.</summary>
    public void Follow(TableLayout layout)
    {
        _image = new ColumnBatch(layout.Columns);
        _stored = new ColumnBatch(layout.Columns);
    }

    /// <summary>The image of the last row of a plan as a batch and a row in it, valid until the next call. False when
    /// the lake's column does not take a value; <paramref name="misfit"/> is that column's number then.</summary>
    /// <param name="plan">Holds the decoded row.</param>
    /// <param name="stored">The packed row that was there before; empty when there was none: cells left out become
    /// null, as do columns that the event does not have, unless they came later with a default.</param>
    /// <param name="image">The batch and the row.</param>
    /// <param name="misfit">The column of the layout that refused its value.</param>
    public bool TryBuild(
        EventPlan plan, ReadOnlySpan<byte> stored, out (ColumnBatch Batch, int Row) image, out int misfit)
    {
        var rows = plan.Rows;
        var row = rows.Count - 1;
        var unavailable = Unavailable(rows, row);
        misfit = -1;
        image = (rows.Values, row);
        if (plan.IsIdentity && unavailable.IsEmpty)
            return true;
        image = (_image, 0);
        _image.Clear();
        _stored.Clear();
        if (!stored.IsEmpty)
            RowCodec.Decode(stored, _stored.Columns, _stored.Columns.Length);
        for (var i = 0; i < _image.Columns.Length; i++)
        {
            var from = plan.FromEvent[i];
            if (from >= 0 && !stored.IsEmpty && IsKept(plan, unavailable, i))
                _image.Columns[i].AppendFrom(_stored.Columns[i], 0);
            else if (from < 0 && plan.Missing[i] is { } missing)
                _image.Columns[i].AppendFrom(missing, 0);
            else if (from < 0)
                _image.Columns[i].AppendNull();
            else if (!ValueConversion.TryAppend(rows.Values.Columns[from], row, _image.Columns[i]))
            {
                misfit = i;
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether a row cannot be told without the one before it.</summary>
    public static bool NeedsBase(EventPlan plan)
    {
        foreach (var cell in Unavailable(plan.Rows, plan.Rows.Count - 1))
        {
            if (!cell.IsAbsent && !cell.IsNullWithoutBase)
                return true;
        }
        return false;
    }

    /// <summary>Whether the last row of a plan says nothing of a column of the layout.</summary>
    public static bool Lacks(EventPlan plan, int column)
    {
        var from = plan.FromEvent[column];
        if (from < 0)
            return true;
        foreach (var cell in Unavailable(plan.Rows, plan.Rows.Count - 1))
        {
            if (cell.Column == from)
                return true;
        }
        return false;
    }

    /// <summary>The cells of a row that its event leaves out.</summary>
    static ReadOnlySpan<UnavailableCell> Unavailable(ChangeRows rows, int row)
    {
        var all = CollectionsMarshal.AsSpan(rows.Unavailable);
        var start = all.Length;
        while (start > 0 && all[start - 1].Row == row)
            start--;
        return all[start..];
    }

    // A field that is absent is a column that the source does not have: nothing of it holds any more. Nor does a value
    // that is too short to be left out, where the event has null.
    bool IsKept(EventPlan plan, ReadOnlySpan<UnavailableCell> cells, int ordinal)
    {
        foreach (var cell in cells)
        {
            if (cell.Column != plan.FromEvent[ordinal])
                continue;
            var stored = _stored.Columns[ordinal];
            return !cell.IsAbsent && !(cell.IsNull && stored.Width == 0 &&
                UnchangedNull.IsRuledOutBy(plan.Events.Columns[cell.Column], stored.Value(0)));
        }
        return false;
    }
}
