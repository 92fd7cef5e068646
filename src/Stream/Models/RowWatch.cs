using System.Collections.Immutable;

namespace Tapline.Streaming.Models;

/// <summary>Some columns of a relation by which models look its rows up: an index, and the values that rows with a
/// change had or have in them.</summary>
sealed class RowWatch(ImmutableArray<string> columns)
{
    /// <summary>The columns.</summary>
    public ImmutableArray<string> Columns { get; } = columns;

    /// <summary>The rows by their values.</summary>
    public RowIndex Index { get; } = new();

    /// <summary>The values of rows that changed, before and after.</summary>
    public CausedKeys Changed { get; } = new();

    /// <summary>Reads the values of a packed row.</summary>
    public PackedKey Key { get; set; } = new([], []);

    /// <summary>Takes note of a changed row.</summary>
    public void Replaced(int slot, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, long causeUs)
    {
        if (!before.IsEmpty && Key.Of(before) is { IsEmpty: false } old)
        {
            Index.Remove(old, slot);
            Changed.Add(old, causeUs);
        }
        Add(slot, after, causeUs);
    }

    /// <summary>Takes note of a row that is there.</summary>
    public void Add(int slot, ReadOnlySpan<byte> row, long causeUs)
    {
        if (row.IsEmpty || Key.Of(row) is not { IsEmpty: false } key)
            return;
        Index.Add(key, slot);
        Changed.Add(key, causeUs);
    }
}
