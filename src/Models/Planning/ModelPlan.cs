using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models.Planning;

/// <summary>Compares a package with what a lake's models were computed by.</summary>
/// <param name="package">The package.</param>
/// <param name="definitions">The digest of each model that the lake has, by name.</param>
/// <param name="lake">What the lake has.</param>
public sealed class ModelPlan(
    ModelPackage package, IReadOnlyDictionary<string, string> definitions, IPlannedLake lake)
{
    /// <summary>What becomes of each stored model, in the order in which they are computed; then those that are
    /// gone.</summary>
    public ImmutableArray<PlannedModel> Run()
    {
        var planned = ImmutableArray.CreateBuilder<PlannedModel>();
        var causes = new Dictionary<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var model in package.Stored)
        {
            ImmutableArray<string> because =
            [
                .. model.Reads.SelectMany(read => causes.GetValueOrDefault(read, [])).Distinct()
                    .Order(StringComparer.Ordinal),
            ];
            var state = !definitions.TryGetValue(model.Name, out var digest) ? PlannedState.New
                : digest != package.DigestOf(model) ? PlannedState.Changed
                : because.IsEmpty ? PlannedState.Same
                : PlannedState.Downstream;
            var isCause = state is PlannedState.New or PlannedState.Changed;
            causes.Add(model.Name, isCause ? because.Add(model.Name) : because);
            planned.Add(WithColumns(model, new PlannedModel(model.Name, state)
            {
                Rows = lake.RowsOf(model.Name),
                InputRows = isCause ? model.Reads.Sum(lake.RowsOf) : 0,
                Because = because,
            }));
        }
        var gone = definitions.Keys.Where(name => package.Find(name) is not { IsStored: true })
            .Order(StringComparer.Ordinal);
        planned.AddRange(gone.Select(name => new PlannedModel(name, PlannedState.Gone) { Rows = lake.RowsOf(name) }));
        return planned.ToImmutable();
    }

    // Columns that begin with _ are the engine's.
    PlannedModel WithColumns(Model model, PlannedModel planned)
    {
        if (lake.ColumnsOf(model.Name) is not { } columns)
            return planned;
        var now = columns.Where(static column => !column.Name.StartsWith('_'))
            .ToDictionary(static column => column.Name, StringComparer.Ordinal);
        var wanted = model.Columns.Select(static column => column.Name).ToHashSet(StringComparer.Ordinal);
        return planned with
        {
            Added = [.. wanted.Where(name => !now.ContainsKey(name)).Order(StringComparer.Ordinal)],
            Dropped = [.. now.Keys.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal)],
            Retyped =
            [
                .. model.Columns
                    .Where(column => now.TryGetValue(column.Name, out var old) && !old.HasTypeOf(column))
                    .Select(column => $"{column.Name}: {DuckDbType.Of(now[column.Name])} to {DuckDbType.Of(column)}"),
            ],
        };
    }
}

/// <summary>What a plan has to know of a lake.</summary>
public interface IPlannedLake
{
    /// <summary>The rows of a source, or of a model's table; 0 where there is none.</summary>
    long RowsOf(string name);

    /// <summary>The columns of a model's table; null where there is none.</summary>
    ImmutableArray<ColumnSchema>? ColumnsOf(string model);
}
