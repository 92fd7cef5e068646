using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tables;

/// <summary>The columns of a source table in the lake, and where each column of an event schema goes. Columns are only
/// ever
/// added: one that the source drops stays and is null in later rows.</summary>
sealed class TableLayout
{
    // What Delta without column mapping does not allow in names (protocol: "Column names").
    const string ForbiddenInNames = " ,;{}()\n\t=";

    readonly Dictionary<string, int> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A layout that starts with the lake's columns; empty for a table that the lake does not have
    /// yet.</summary>
    public TableLayout(IEnumerable<ColumnSchema> columns)
    {
        foreach (var column in columns)
            Add(column);
    }

    /// <summary>The columns in the lake's order, under the lake's names, bookkeeping columns left out.</summary>
    public ImmutableArray<ColumnSchema> Columns { get; private set; } = [];

    /// <summary>Adds the columns that an event schema has and the lake lacks. True when there were any.</summary>
    public bool Evolve(TableSchema schema)
    {
        var before = Columns.Length;
        foreach (var (column, name) in WithLakeNames(schema))
        {
            if (!_byName.ContainsKey(name))
                Add(column with { Name = name, Nullable = true, KeyOrdinal = -1 });
        }
        return Columns.Length > before;
    }

    /// <summary>For each column of an event schema its place in <see cref="Columns"/>.</summary>
    public int[] Map(TableSchema schema) => [.. WithLakeNames(schema).Select(pair => _byName[pair.Name])];

    /// <summary>The event schema with each column typed as the lake has it, so that values are decoded into the lake's
    /// type and what does not fit is refused. Null with the reason when the spelling cannot be brought
    /// together.</summary>
    public TableSchema? AsStored(TableSchema schema, out string? conflict)
    {
        var columns = ImmutableArray.CreateBuilder<ColumnSchema>(schema.Columns.Length);
        foreach (var (column, name) in WithLakeNames(schema))
        {
            var stored = Columns[_byName[name]];
            // A base64 decimal is an unscaled integer: under another scale it is another number.
            if (schema.Format.Decimals == DecimalMode.Precise && column.Type == ColumnType.Decimal
                && (stored.Type != ColumnType.Decimal || stored.Scale != column.Scale))
            {
                conflict = $"column {column.Name}: the source has {column.SourceType}, the lake {Describe(stored)}";
                return null;
            }
            columns.Add(column with { Type = stored.Type, Precision = stored.Precision, Scale = stored.Scale });
        }
        conflict = null;
        return schema with { Columns = columns.MoveToImmutable() };
    }

    static string Describe(ColumnSchema column) =>
        column.Type == ColumnType.Decimal ? $"decimal({column.Precision},{column.Scale})" : column.Type.ToString();

    // The same schema always gives the same names, so that a restart finds them again.
    static IEnumerable<(ColumnSchema Column, string Name)> WithLakeNames(TableSchema schema)
    {
        var taken = new HashSet<string>(BookkeepingColumns.Names, StringComparer.OrdinalIgnoreCase);
        foreach (var column in schema.Columns)
        {
            var clean = new StringBuilder(column.Name);
            foreach (var forbidden in ForbiddenInNames)
                clean.Replace(forbidden, '_');
            var name = clean.ToString();
            for (var n = 2; !taken.Add(name); n++)
                name = $"{clean}_{n}";
            yield return (column, name);
        }
    }

    void Add(ColumnSchema column)
    {
        _byName.Add(column.Name, Columns.Length);
        Columns = Columns.Add(column);
    }
}
