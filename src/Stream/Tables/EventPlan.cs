using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Tables;

/// <summary>How the events of one version of a table's schema become rows of the lake's layout.</summary>
sealed class EventPlan
{
    readonly DeclaredTable? _declared;
    int _revision = -1;

    /// <summary>A plan for an event schema. Values are decoded as the source types them, or as the lake does where it
    /// keeps another type that no number leads to.</summary>
    public EventPlan(
        TableSchema events,
        TableLayout layout,
        EvolutionPolicy policy = EvolutionPolicy.Evolve,
        DeclaredTable? declared = null)
    {
        Events = events;
        _declared = declared;
        var decoded = events with
        {
            Columns = [.. events.Columns.Select(column => Decoded(column, events.Format, layout, policy))],
        };
        Rows = new ChangeRows(decoded);
        Decoder = new ScanningChangeDecoder(decoded);
        KeyColumns = [.. events.KeyColumns.Select(column => events.IndexOf(column.Name))];
        Follow(layout);
    }

    /// <summary>The schema as the source announced it.</summary>
    public TableSchema Events { get; }

    /// <summary>Why events of this schema cannot be brought into the lake's types; null when they can.</summary>
    public string? Conflict { get; private set; }

    /// <summary>Why the table's policy does not let it follow this schema; null when it does, or was not
    /// asked.</summary>
    public string? Held { get; set; }

    /// <summary>Decodes the events.</summary>
    public IChangeDecoder Decoder { get; }

    /// <summary>Takes the decoded rows, in the order of <see cref="Events"/>.</summary>
    public ChangeRows Rows { get; }

    /// <summary>The event columns of the key, in key order; empty for a table without a key.</summary>
    public int[] KeyColumns { get; }

    /// <summary>For each column of the layout the event column that fills it, -1 for none.</summary>
    public ImmutableArray<int> FromEvent { get; private set; } = [];

    /// <summary>For each column of the layout what rows under this schema have in it, where the source gave it to them
    /// when it added the column later; null for null.</summary>
    public ImmutableArray<ColumnBuffer?> Missing { get; private set; } = [];

    /// <summary>What the rows must keep; null when there is no contract.</summary>
    public TableContract? Contract { get; private set; }

    /// <summary>Whether events and layout have the same columns in the same order and types.</summary>
    public bool IsIdentity { get; private set; }

    /// <summary>Takes note of the layout as it is now.</summary>
    public void Follow(TableLayout layout)
    {
        if (_revision == layout.Revision)
            return;
        _revision = layout.Revision;
        Conflict = null;
        Held = null;
        var from = new int[layout.Columns.Length];
        Array.Fill(from, -1);
        var isIdentity = Events.Columns.Length == from.Length;
        for (var i = 0; i < Events.Columns.Length; i++)
        {
            var place = layout.PlaceOf(Events.Columns[i]);
            isIdentity &= place == i && layout.Columns[i].HasTypeOf(Rows.Schema.Columns[i]);
            if (place < 0)
                continue;
            from[place] = i;
            var (stored, decoded) = (layout.Columns[place], Rows.Schema.Columns[i]);
            if (!ValueConversion.IsByNumber(decoded.Type, stored.Type))
                Conflict = $"column {decoded.Name}: the source has {decoded.SourceType}, the lake {stored.Type}";
        }
        FromEvent = [.. from];
        Missing = [.. layout.Columns.Select((column, i) => MissingFrom(column, from[i]))];
        IsIdentity = isIdentity;
        Contract = TableContract.Of(_declared, this, layout);
    }

    // A column that is in use and that the events lack came after them.
    static ColumnBuffer? MissingFrom(ColumnSchema column, int from) =>
        from >= 0 || column.IsRetired || column.Missing is null ? null : MissingValue.Of(column, column.Missing);

    // A column that stays as it is decodes what it can; the rest is refused value by value. A base64 decimal is an
    // unscaled integer: only the source's own scale says which number it is.
    static ColumnSchema Decoded(ColumnSchema column, WireFormat format, TableLayout layout, EvolutionPolicy policy)
    {
        var isKept = policy != EvolutionPolicy.Evolve || column.IsKey;
        var place = isKept ? layout.PlaceOf(column) : -1;
        var isBytes = format.Decimals == DecimalMode.Precise && column.Type == ColumnType.Decimal;
        if (place < 0 || isBytes || ValueConversion.IsByNumber(column.Type, layout.Columns[place].Type))
            return column;
        var stored = layout.Columns[place];
        return column with { Type = stored.Type, Precision = stored.Precision, Scale = stored.Scale };
    }
}
