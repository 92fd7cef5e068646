using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models;

/// <summary>Computes models from the whole of their inputs, with plain DuckDB.</summary>
public static class FullRefresh
{
    /// <summary>Makes every model of a package a table of a database that has the package's relations and <c>clock</c>
    /// as tables or views of these names, and what <see cref="ModelCatalog.Create"/> makes. Of a snapshot the database
    /// has the rows that were kept, which nothing else knows; what it would have now is a table named by
    /// <see cref="NowOf"/>.</summary>
    public static void Run(DuckDbConnection connection, ModelPackage package, CancellationToken ct = default)
    {
        foreach (var model in package.Models)
        {
            var kind = model.IsStored ? "table" : "view";
            var name = model.Kind == ModelKind.Snapshot ? NowOf(model) : model.Name;
            connection.Execute(
                $"create or replace {kind} {SqlText.Identifier(name)} as {ModelCatalog.Typed(model)}", ct);
        }
    }

    /// <summary>The name of the table with the rows that a snapshot's SELECT gives now.</summary>
    public static string NowOf(Model snapshot) => $"{snapshot.Name}_now";
}
