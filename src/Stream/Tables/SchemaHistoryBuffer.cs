using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tables;

/// <summary>The changes of source tables' columns since the last epoch, as rows of the table
/// <c>schema_history</c>.</summary>
sealed class SchemaHistoryBuffer
{
    readonly HashSet<(string Table, string Column, string What, string? NewType)> _told = [];

    /// <summary>The rows so far.</summary>
    public ColumnBatch Rows { get; } = new(BookkeepingColumns.SchemaHistory);

    /// <summary>Takes note that the lake tells of a change that left no trace in its table.</summary>
    public void Known(string table, string column, string what, string? newType) =>
        _told.Add((table, column, what, newType));

    /// <summary>Adds a change that its table shows from this epoch on.</summary>
    /// <param name="schema">The source's columns after it.</param>
    /// <param name="change">What changed.</param>
    /// <param name="position">The first record under the new columns.</param>
    /// <param name="seenUs">When that record reached the log, microseconds since 1970.</param>
    public void Add(TableSchema schema, ColumnChange change, SourcePosition position, long seenUs)
    {
        var columns = Rows.Columns;
        columns[0].Append(Encoding.UTF8.GetBytes(schema.Table.ToString()));
        columns[1].Append(schema.Version);
        columns[2].Append(Encoding.UTF8.GetBytes(change.Column));
        columns[3].Append(Encoding.UTF8.GetBytes(change.What));
        AppendOrNull(columns[4], change.OldType);
        AppendOrNull(columns[5], change.NewType);
        columns[6].Append(position.Commit);
        columns[7].Append(position.Lsn);
        columns[8].Append(seenUs);
        columns[9].Append(Encoding.UTF8.GetBytes(change.Outcome));
    }

    /// <summary>Adds a change that its table does not follow; once, however often its records come.</summary>
    public void AddOnce(TableSchema schema, ColumnChange change, SourcePosition position, long seenUs)
    {
        if (_told.Add((schema.Table.ToString(), change.Column, change.What, change.NewType)))
            Add(schema, change, position, seenUs);
    }

    static void AppendOrNull(ColumnBuffer column, string? text)
    {
        if (text is null)
            column.AppendNull();
        else
            column.Append(Encoding.UTF8.GetBytes(text));
    }
}
