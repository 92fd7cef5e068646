using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tables;

/// <summary>The columns of a source table in the lake, and where each column of an event schema goes. Columns stay:
/// one that the source drops is retired and null in later rows; one whose type grows is widened.</summary>
sealed class TableLayout
{
    // What Delta without column mapping does not allow in names (protocol: "Column names").
    const string ForbiddenInNames = " ,;{}()\n\t=";

    readonly HashSet<string> _names = new(BookkeepingColumns.Reserved, StringComparer.OrdinalIgnoreCase);

    /// <summary>A layout that starts with the lake's columns; empty for a table that the lake does not have yet. New
    /// columns get none of the <paramref name="taken"/> names.</summary>
    public TableLayout(IEnumerable<ColumnSchema> columns, IEnumerable<string>? taken = null)
    {
        _names.UnionWith(taken ?? []);
        foreach (var column in columns)
            Add(column);
    }

    /// <summary>The columns in the lake's order, under the lake's names, bookkeeping columns left out.</summary>
    public ImmutableArray<ColumnSchema> Columns { get; private set; } = [];

    /// <summary>Grows with each change.</summary>
    public int Revision { get; private set; }

    /// <summary>Follows an event schema as far as the policy lets it. Null when nothing is new.</summary>
    /// <param name="schema">The columns of the source.</param>
    /// <param name="policy">What may be done.</param>
    public LayoutChange? Evolve(TableSchema schema, EvolutionPolicy policy = EvolutionPolicy.Evolve)
    {
        var before = Columns;
        var edit = new LayoutEdit(this, policy);
        // A column that comes while another goes may be that one under another name: what it came with once is not what
        // its rows have.
        var isAddition = before.Length > 0
            && before.All(column => column.IsRetired || schema.IndexOf(column.Origin) >= 0);
        foreach (var column in schema.Columns)
            edit.Take(isAddition ? column : column with { Missing = null });
        edit.Retire(schema);
        if (edit.Changes.Count == 0)
            return null;
        Revision++;
        return new LayoutChange(before, Columns, [.. edit.Moves], [.. edit.Refills], [.. edit.Changes]);
    }

    /// <summary>What <see cref="Evolve"/> would find new, were it let.</summary>
    public IReadOnlyList<ColumnChange> Compare(TableSchema schema) =>
        new TableLayout(Columns).Evolve(schema)?.Columns ?? [];

    /// <summary>Adds the columns of an event schema that the lake has no place for, as retired ones: the schema is an
    /// older one than the lake's.</summary>
    public LayoutChange? AddRetired(TableSchema schema)
    {
        var before = Columns;
        foreach (var column in schema.Columns.Where(column => PlaceOf(column) < 0))
            Add(Named(column, CleanName(column.Name)) with { IsRetired = true, Missing = null });
        if (Columns.Length == before.Length)
            return null;
        Revision++;
        return new LayoutChange(before, Columns, [], [], []);
    }

    /// <summary>The place in <see cref="Columns"/> that takes the values of a source column; -1 for none.</summary>
    public int PlaceOf(ColumnSchema column)
    {
        var active = ActiveOf(column.Name);
        if (active >= 0 && TypeWidening.Holds(Columns[active], column))
            return active;
        var retired = RetiredFor(column);
        return retired >= 0 ? retired : active;
    }

    /// <summary>The place that has the current values of a source column; -1 for none.</summary>
    public int ActiveOf(string name)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (!Columns[i].IsRetired && Columns[i].Origin == name)
                return i;
        }
        return -1;
    }

    int RetiredFor(ColumnSchema column)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (Columns[i].IsRetired && Columns[i].Origin == column.Name
                && TypeWidening.Holds(Columns[i], column))
                return i;
        }
        return -1;
    }

    static string CleanName(string name)
    {
        var clean = new StringBuilder(name);
        foreach (var forbidden in ForbiddenInNames)
            clean.Replace(forbidden, '_');
        return clean.ToString();
    }

    // Names depend on the order of changes alone, so that a repeated epoch gives the same ones.
    ColumnSchema Named(ColumnSchema column, string wanted, string suffix = "_")
    {
        var name = suffix == "_" ? wanted : $"{wanted}{suffix}2";
        for (var n = suffix == "_" ? 2 : 3; _names.Contains(name); n++)
            name = $"{wanted}{suffix}{n}";
        // Only what the lake's own log keeps of a column.
        return new ColumnSchema(name, column.Type)
        {
            Precision = column.Precision,
            Scale = column.Scale,
            SourceType = column.SourceType,
            SourceName = name == column.Name ? null : column.Name,
            Missing = column.Missing,
        };
    }

    void Add(ColumnSchema column)
    {
        _names.Add(column.Name);
        Columns = Columns.Add(column);
    }

    /// <summary>One pass over an event schema.</summary>
    sealed class LayoutEdit(TableLayout layout, EvolutionPolicy policy)
    {
        public List<ColumnMove> Moves { get; } = [];

        public List<ColumnRefill> Refills { get; } = [];

        public List<ColumnChange> Changes { get; } = [];

        public void Take(ColumnSchema column)
        {
            var place = layout.ActiveOf(column.Name);
            if (place < 0)
                TakeNew(column);
            else if (layout.Columns[place].SourceType != column.SourceType
                || !TypeWidening.Holds(layout.Columns[place], column))
                TakeChanged(column, place);
        }

        public void Retire(TableSchema schema)
        {
            for (var i = 0; i < layout.Columns.Length; i++)
            {
                var column = layout.Columns[i];
                if (column.IsRetired || schema.IndexOf(column.Origin) >= 0)
                    continue;
                Set(i, column with { IsRetired = true });
                Changes.Add(new ColumnChange(column.Origin, "dropped", column.SourceType, null, "retired"));
            }
        }

        void TakeNew(ColumnSchema column)
        {
            if (policy == EvolutionPolicy.Ignore)
                return;
            var retired = layout.RetiredFor(column);
            if (retired >= 0)
            {
                Refills.Add(new ColumnRefill(retired, column.Missing));
                Set(retired, Revived(retired, column) with { Missing = column.Missing });
            }
            else
            {
                if (column.Missing is { } missing)
                    Refills.Add(new ColumnRefill(layout.Columns.Length, missing));
                layout.Add(layout.Named(column, CleanName(column.Name)));
            }
            Changes.Add(new ColumnChange(column.Name, "added", null, column.SourceType, "taken"));
        }

        void TakeChanged(ColumnSchema column, int place)
        {
            var stored = layout.Columns[place];
            var what = Compare(stored, column);
            var outcome = "kept";
            // The bytes of a key depend on its type, but for integers of any width.
            var follows = policy == EvolutionPolicy.Evolve
                && (!column.IsKey || (TypeWidening.IsInteger(column.Type) && TypeWidening.IsInteger(stored.Type)));
            if (TypeWidening.Holds(stored, column) || !follows)
            {
                if (stored.SourceType == column.SourceType)
                    return;
                Set(place, stored with { SourceType = column.SourceType });
            }
            else if (TypeWidening.Common(stored, column) is { } wider)
            {
                Set(place, wider with { SourceType = column.SourceType });
                outcome = "column widened";
            }
            else
            {
                outcome = $"goes to column {Move(column, place)}";
            }
            Changes.Add(new ColumnChange(column.Name, what, stored.SourceType, column.SourceType, outcome));
        }

        string Move(ColumnSchema column, int from)
        {
            var to = layout.RetiredFor(column);
            if (to >= 0)
            {
                Set(to, Revived(to, column));
            }
            else
            {
                to = layout.Columns.Length;
                layout.Add(layout.Named(column, CleanName(column.Name), "_v") with { Missing = null });
            }
            Set(from, layout.Columns[from] with { IsRetired = true });
            Moves.Add(new ColumnMove(from, to));
            return layout.Columns[to].Name;
        }

        ColumnSchema Revived(int place, ColumnSchema column) =>
            layout.Columns[place] with { IsRetired = false, SourceType = column.SourceType, Missing = null };

        void Set(int place, ColumnSchema column) => layout.Columns = layout.Columns.SetItem(place, column);

        // By what the source declares: the lake's column may be wider by its own history.
        static string Compare(ColumnSchema stored, ColumnSchema now)
        {
            var before = stored.SourceType.Length == 0 ? stored : PostgresTypes.Column(stored.Name, stored.SourceType);
            return (TypeWidening.Holds(now, before), TypeWidening.Holds(before, now)) switch
            {
                (true, true) => "redeclared",
                (true, false) => "widened",
                (false, true) => "narrowed",
                _ => "retyped",
            };
        }
    }
}
