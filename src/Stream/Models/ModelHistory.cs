using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Models;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>The versions of a model's rows: one where a row comes, goes, or a tracked column changes.</summary>
sealed class ModelHistory
{
    readonly ImmutableArray<int> _kept;
    readonly ImmutableArray<int> _tracked;
    readonly ColumnBatch _before;
    readonly ColumnBatch _after;

    public ModelHistory(Model model)
    {
        _tracked = model.Places(model.Tracked);
        _kept = [.. model.Places([.. model.Key, .. model.Tracked, .. model.Carried]).Distinct().Order()];
        _before = new ColumnBatch(model.Columns);
        _after = new ColumnBatch(model.Columns);
        Rows = new ColumnBatch(ColumnsOf(model));
    }

    /// <summary>The versions so far.</summary>
    public ColumnBatch Rows { get; }

    /// <summary>The columns of a model's history.</summary>
    public static ImmutableArray<ColumnSchema> ColumnsOf(Model model)
    {
        ImmutableArray<string> names = [.. model.Key, .. model.Tracked, .. model.Carried];
        return [.. model.Columns.Where(column => names.Contains(column.Name)), .. ModelColumns.History];
    }

    /// <summary>Adds a version when there is one between two packed rows; empty stands for none.</summary>
    public void Add(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, ModelStep at)
    {
        if (before.IsEmpty && after.IsEmpty)
            return;
        _before.Clear();
        _after.Clear();
        if (!before.IsEmpty)
            RowCodec.Decode(before, _before.Columns, _before.Columns.Length);
        if (!after.IsEmpty)
            RowCodec.Decode(after, _after.Columns, _after.Columns.Length);
        if (!before.IsEmpty && !after.IsEmpty && _tracked.All(IsSame))
            return;
        var values = after.IsEmpty ? _before : _after;
        for (var i = 0; i < _kept.Length; i++)
            Rows.Columns[i].AppendFrom(values.Columns[_kept[i]], 0);
        var validFromUs = after.IsEmpty
            ? Math.Max(at.SourceUs, RowCodec.Meta(before).SourceTimestampUs)
            : RowCodec.Meta(after).SourceTimestampUs;
        var own = Rows.Columns.AsSpan()[_kept.Length..];
        own[0].Append(before.IsEmpty ? "c"u8 : after.IsEmpty ? "d"u8 : "u"u8);
        own[1].Append(at.Epoch);
        own[2].Append(validFromUs);
        own[3].Append(at.NowUs);
    }

    bool IsSame(int column)
    {
        var (before, after) = (_before.Columns[column], _after.Columns[column]);
        if (before.IsNull(0) || after.IsNull(0))
            return before.IsNull(0) == after.IsNull(0);
        return before.Width == 0
            ? before.Value(0).SequenceEqual(after.Value(0))
            : before.FixedValue(0).SequenceEqual(after.FixedValue(0));
    }
}
