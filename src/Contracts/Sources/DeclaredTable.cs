using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Sources;

/// <summary>What a declaration says of a table, or of all tables that a pattern matches.</summary>
/// <param name="Pattern"><c>schema.table</c>, in which <c>*</c> stands for anything.</param>
public sealed record DeclaredTable(string Pattern)
{
    /// <summary>How its events spell values.</summary>
    public DeclaredFormat Format { get; init; } = new();

    /// <summary>Its columns, or those of them that have a contract.</summary>
    public ImmutableArray<DeclaredColumn> Columns { get; init; } = [];

    /// <summary>The primary key's columns in key order; empty where nothing is said.</summary>
    public ImmutableArray<string> Key { get; init; } = [];

    /// <summary>The column whose value keeps rows together in a lane. Read and kept; nothing follows from it yet.
    /// </summary>
    public string? Tenancy { get; init; }

    /// <summary>What its table does when the source changes its columns; null where nothing is said.</summary>
    public EvolutionPolicy? Evolution { get; init; }

    /// <summary>Whether it names one table.</summary>
    public bool IsOneTable => !Pattern.Contains('*', StringComparison.Ordinal);

    /// <summary>Whether it says what the table's columns are, so that events can be read by it alone.</summary>
    public bool IsWhole => Columns.Length > 0 && Columns.All(static column => column.Type is not null);

    /// <summary>Whether the pattern matches a table.</summary>
    public bool Matches(TableId table) => IsOneTable
        ? Pattern == table.ToString()
        : Regex.IsMatch(
            table.ToString(),
            $"^{Regex.Escape(Pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$",
            RegexOptions.CultureInvariant);

    /// <summary>This declaration with what a later one says on top.</summary>
    public DeclaredTable With(DeclaredTable later)
    {
        var columns = Columns.ToList();
        foreach (var column in later.Columns)
        {
            var known = columns.FindIndex(other => other.Name == column.Name);
            if (known < 0)
                columns.Add(column);
            else
                columns[known] = column with { Type = column.Type ?? columns[known].Type };
        }
        return later with
        {
            Format = later.Format.Over(Format),
            Columns = [.. columns],
            Key = later.Key.Length > 0 ? later.Key : Key,
            Tenancy = later.Tenancy ?? Tenancy,
            Evolution = later.Evolution ?? Evolution,
        };
    }

    /// <summary>The schema that it gives a table; null when it does not say what the columns are.</summary>
    public TableSchema? SchemaOf(TableId table) => IsWhole ? KnownOf(table).Schema : null;

    /// <summary>What it says of a table whose records carry their schemas: only the columns that have a type.</summary>
    public KnownTable KnownOf(TableId table)
    {
        var columns = Columns.Where(static column => column.Type is not null).Select(column =>
        {
            var ordinal = Key.IndexOf(column.Name);
            return PostgresTypes.Column(column.Name, column.Type!, !column.NotNull && ordinal < 0, ordinal);
        });
        var format = Format.Complete(WireFormat.DebeziumDefault);
        return new KnownTable(
            new TableSchema(table, Version: 1, [.. columns], format), IsWhole || Key.Length > 0 ? Key : null);
    }
}
