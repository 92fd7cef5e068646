using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tables;

/// <summary>How the events of one version of a table's schema become rows of the lake's layout.</summary>
sealed class EventPlan
{
    /// <summary>A plan for an event schema whose columns the layout has.</summary>
    public EventPlan(TableSchema events, TableLayout layout)
    {
        Events = events;
        var stored = layout.AsStored(events, out var conflict);
        Conflict = conflict;
        Rows = new ChangeRows(stored ?? events);
        Decoder = new ScanningChangeDecoder(stored ?? events);
        KeyColumns = [.. events.KeyColumns.Select(column => events.IndexOf(column.Name))];
        FromEvent = new int[layout.Columns.Length];
        Array.Fill(FromEvent, -1);
        var map = layout.Map(events);
        for (var i = 0; i < map.Length; i++)
            FromEvent[map[i]] = i;
        IsIdentity = map.Length == FromEvent.Length
            && FromEvent.Select(static (from, to) => from == to).All(static same => same);
    }

    /// <summary>The schema as the source announced it.</summary>
    public TableSchema Events { get; }

    /// <summary>Why events of this schema cannot be brought into the lake's types; null when they can.</summary>
    public string? Conflict { get; }

    /// <summary>Decodes the events.</summary>
    public IChangeDecoder Decoder { get; }

    /// <summary>Takes the decoded rows, in the order of <see cref="Events"/>.</summary>
    public ChangeRows Rows { get; }

    /// <summary>The event columns of the key, in key order; empty for a table without a key.</summary>
    public int[] KeyColumns { get; }

    /// <summary>For each column of the layout the event column that fills it, -1 for none.</summary>
    public int[] FromEvent { get; }

    /// <summary>Whether events and layout have the same columns in the same order.</summary>
    public bool IsIdentity { get; }
}
