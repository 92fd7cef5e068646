using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Models;

/// <summary>One SELECT of a package and what its header says of it.</summary>
/// <param name="Name">Its name in SQL and in the lake.</param>
/// <param name="Kind">How it is kept current.</param>
/// <param name="File">Where it stands, for messages.</param>
/// <param name="Sql">The SELECT.</param>
public sealed record Model(string Name, ModelKind Kind, string File, string Sql)
{
    /// <summary>The line of <see cref="File"/> on which <see cref="Sql"/> begins.</summary>
    public int SqlLine { get; init; } = 1;

    /// <summary>The line of <see cref="File"/> on which its inputs stand.</summary>
    public int InputsLine { get; init; } = 1;

    /// <summary>The columns that identify a row of the result.</summary>
    public ImmutableArray<string> Key { get; init; } = [];

    /// <summary>The columns of the result that the inputs' paths lead to: rows of one value are computed
    /// together.</summary>
    public ImmutableArray<string> By { get; init; } = [];

    /// <summary>Whether all of its rows are computed together.</summary>
    public bool IsWhole => By.IsEmpty;

    /// <summary>The column that says that a row's period is closed: only later changes count as revisions; empty for a
    /// model whose changes all count.</summary>
    public string Closed { get; init; } = "";

    /// <summary>What it reads and how that leads to its keys, by the order of the header.</summary>
    public ImmutableArray<ModelInput> Inputs { get; init; } = [];

    /// <summary>How far it depends on time.</summary>
    public ModelTime Time { get; init; }

    /// <summary>Columns whose changes are versions of a row; empty for a model without history.</summary>
    public ImmutableArray<string> Tracked { get; init; } = [];

    /// <summary>Columns whose values a version keeps besides.</summary>
    public ImmutableArray<string> Carried { get; init; } = [];

    /// <summary>What its rows are, for people.</summary>
    public string Description { get; init; } = "";

    /// <summary>What columns are, for people.</summary>
    public ImmutableDictionary<string, string> ColumnDescriptions { get; init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>What must hold of its rows.</summary>
    public ImmutableArray<ModelTest> Tests { get; init; } = [];

    /// <summary>The columns of the result, once it is bound.</summary>
    public ImmutableArray<ColumnSchema> Columns { get; init; } = [];

    /// <summary>How the columns of a fold are merged, in the order of <see cref="Columns"/>; empty for other
    /// kinds.</summary>
    public ImmutableArray<Combiner> Combiners { get; init; } = [];

    /// <summary>The relations and models that the SELECT names, once it is parsed.</summary>
    public ImmutableArray<string> Reads { get; init; } = [];

    /// <summary>The model's column that counts the rows of a fold's group; -1 for none.</summary>
    public int RowCountColumn { get; init; } = -1;

    /// <summary>The places of columns by their names.</summary>
    public ImmutableArray<int> Places(ImmutableArray<string> names)
    {
        var all = Columns.Select(static column => column.Name).ToImmutableArray();
        return [.. names.Select(name => all.IndexOf(name))];
    }

    /// <summary>The layer of the lake and the SQL schema that its table is in: <c>entity</c> for what is for readers
    /// (the folders <c>entity</c> and <c>grain</c>), else <c>stage</c>.</summary>
    public string Layer =>
        Path.GetFileName(Path.GetDirectoryName(File)) is "entity" or "grain" ? "entity" : "stage";

    /// <summary>Its table's folder in the lake.</summary>
    public string Root => $"{Layer}/{Name}";

    /// <summary>Whether it is a table of the lake.</summary>
    public bool IsStored => Kind != ModelKind.View;
}
