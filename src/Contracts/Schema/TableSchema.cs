using System.Collections.Immutable;

namespace Tapline.Contracts.Schema;

/// <summary>One version of a source table's columns, and how its change events spell their values.</summary>
/// <param name="Table">The table.</param>
/// <param name="Version">Counts up from 1 with each change of the columns.</param>
/// <param name="Columns">In the source's order; lake tables append new columns at the end and never drop one.</param>
/// <param name="Format">How the events of this table spell decimals, times and bytes.</param>
public sealed record TableSchema(TableId Table, int Version, ImmutableArray<ColumnSchema> Columns, WireFormat Format)
{
    /// <summary>The primary key's columns in key order; empty for a table without a key.</summary>
    public ImmutableArray<ColumnSchema> KeyColumns { get; } =
        [.. Columns.Where(static column => column.IsKey).OrderBy(static column => column.KeyOrdinal)];

    /// <summary>The position of a column by its exact name; -1 when there is none.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (Columns[i].Name == name)
                return i;
        }
        return -1;
    }

    /// <summary>Whether both have the same table, columns and format, whatever their version.</summary>
    public bool SameShape(TableSchema other) =>
        Table == other.Table && Format == other.Format && Columns.AsSpan().SequenceEqual(other.Columns.AsSpan());
}
