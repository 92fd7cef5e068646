using System.Collections.Immutable;

namespace Tapline.Models.Lineage;

/// <summary>What names mean inside a query: its tables, its aliases, parameters of macros, and what is around
/// it.</summary>
sealed class Scope(Scope? parent)
{
    readonly List<(string Alias, QueryColumns Columns)> _tables = [];
    readonly Dictionary<string, InputSet> _shared = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<(string Table, string Column)> _hidden = [];
    readonly Dictionary<string, QueryColumns> _queries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Columns of the SELECT that were named so far: others may use them.</summary>
    public Dictionary<string, InputSet> Aliases { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Parameters of a macro or lambda, before everything else.</summary>
    public Dictionary<string, InputSet> Parameters { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What decides about rows, of all tables and joins.</summary>
    public InputSet Rows { get; private set; } = InputSet.None;

    /// <summary>What decides about rows of tables that may have none for a row of the others (left joins): it matters
    /// where rows are counted or put together.</summary>
    public InputSet OptionalRows { get; private set; } = InputSet.None;

    /// <summary>What tells the rows of the tables apart.</summary>
    public InputSet Identity { get; private set; } = InputSet.None;

    /// <summary>How many tables there are: a place to come back to.</summary>
    public int TableCount => _tables.Count;

    /// <summary>All columns of all tables; of those around where there are none.</summary>
    public InputSet Any => _tables.Count == 0 && parent is not null
        ? parent.Any
        : InputSet.Union(_tables.Select(static table => table.Columns.Any));

    /// <summary>What columns follow from whose names are not known; null where all are.</summary>
    public InputSet? Other => _tables.All(static table => table.Columns.Other is null)
        ? null
        : InputSet.Union(_tables.Select(static table => table.Columns.Other).OfType<InputSet>());

    /// <summary>A scope for the body of a macro or lambda, over the same rows.</summary>
    public static Scope Inside(Scope outer) => new(outer) { Identity = outer.Identity };

    /// <summary>Adds a table behind the others.</summary>
    public void Add(string alias, QueryColumns columns)
    {
        _tables.Add((alias, columns));
        Rows = Rows.With(columns.Rows.AsFilter());
        Identity = Identity.With(columns.Identity);
    }

    /// <summary>Adds what decides about rows.</summary>
    public void Narrow(InputSet inputs) => Rows = Rows.With(inputs.AsFilter());

    /// <summary>Says that the tables from a place on may have no row for one of the tables before: what decides about
    /// their rows, and <see cref="Rows"/> did not have before, decides about their columns alone.</summary>
    public void MakeOptional(int from, InputSet rowsBefore)
    {
        for (var i = from; i < _tables.Count; i++)
        {
            var (alias, columns) = _tables[i];
            _tables[i] = (alias, columns with
            {
                Columns =
                [
                    .. columns.Columns.Select(column => column with { Inputs = column.Inputs.With(Rows) }),
                ],
                Other = columns.Other?.With(Rows),
            });
        }
        OptionalRows = OptionalRows.With(Rows);
        Rows = rowsBefore;
    }

    /// <summary>Takes tables away that are for a condition alone (semi and anti joins).</summary>
    public void Hide(int from)
    {
        _tables.RemoveRange(from, _tables.Count - from);
        Identity = InputSet.Union(_tables.Select(static table => table.Columns.Identity));
    }

    /// <summary>Joins the tables before a place and those behind it by a column that both have: it is one column then.
    /// </summary>
    public void Share(string column, int right, bool keepsLeft, bool keepsRight)
    {
        var ofLeft = _shared.GetValueOrDefault(column) ?? First(column, 0, right) ?? InputSet.None;
        var ofRight = First(column, right, _tables.Count) ?? InputSet.None;
        Narrow(ofLeft.With(ofRight));
        _shared[column] = (keepsLeft ? ofLeft : InputSet.None).With(keepsRight ? ofRight : InputSet.None);
        foreach (var (alias, _) in _tables.Skip(right))
            _hidden.Add((alias, column.ToLowerInvariant()));
    }

    /// <summary>The columns that tables before and behind a place have in common.</summary>
    public ImmutableArray<string> Common(int right) =>
    [
        .. _tables.Skip(right).SelectMany(static table => table.Columns.Columns)
            .Select(static column => column.Name)
            .Where(name => _tables.Take(right).Any(table => table.Columns.Columns.Any(column =>
                column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))))
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>Names a query that others can read.</summary>
    public void Name(string name, QueryColumns query) => _queries[name] = query;

    /// <summary>A query that was named here or around; null for none.</summary>
    public QueryColumns? Query(string name) => _queries.GetValueOrDefault(name) ?? parent?.Query(name);

    /// <summary>The columns that <c>*</c>, or <c>table.*</c>, stands for.</summary>
    public IEnumerable<QueryColumn> Star(string table)
    {
        foreach (var (alias, columns) in _tables)
        {
            if (table.Length > 0 && !alias.Equals(table, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (var column in columns.Columns)
            {
                if (table.Length > 0)
                    yield return column;
                else if (!_hidden.Contains((alias, column.Name.ToLowerInvariant())))
                    yield return column with { Inputs = _shared.GetValueOrDefault(column.Name, column.Inputs) };
            }
        }
    }

    /// <summary>What a name means here or around; null where it means nothing.</summary>
    public InputSet? Find(ImmutableArray<string> names) => Here(names) ?? parent?.Find(names);

    InputSet? Here(ImmutableArray<string> names)
    {
        if (Parameters.TryGetValue(names[0], out var parameter))
            return parameter;
        // table.column, table.column.field, schema.table.column
        for (var i = 0; i + 1 < names.Length; i++)
        {
            foreach (var (alias, columns) in _tables)
            {
                if (alias.Equals(names[i], StringComparison.OrdinalIgnoreCase)
                    && columns.Find(names[i + 1]) is { } found)
                    return found;
            }
        }
        if (_shared.TryGetValue(names[0], out var shared))
            return shared;
        if (First(names[0], 0, _tables.Count) is { } column)
            return column;
        if (Aliases.TryGetValue(names[0], out var alias_))
            return alias_;
        foreach (var (alias, columns) in _tables)
        {
            if (names.Length == 1 && alias.Equals(names[0], StringComparison.OrdinalIgnoreCase))
                return columns.Any;
        }
        return null;
    }

    // Of the tables whose columns are known first.
    InputSet? First(string column, int from, int to)
    {
        InputSet? other = null;
        for (var i = from; i < to; i++)
        {
            var columns = _tables[i].Columns;
            if ((columns with { Other = null }).Find(column) is { } found)
                return found;
            other ??= columns.Other;
        }
        return other;
    }
}
