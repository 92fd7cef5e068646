using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models;

/// <summary>Computes models from the whole of their inputs, with plain DuckDB.</summary>
public static class FullRefresh
{
    /// <summary>Makes every model of a package a table of a database that has the package's relations and <c>clock</c>
    /// as tables or views of these names, and what <see cref="ModelCatalog.Create"/> makes.</summary>
    public static void Run(DuckDbConnection connection, ModelPackage package, CancellationToken ct = default)
    {
        foreach (var model in package.Models)
        {
            var kind = model.IsStored ? "table" : "view";
            connection.Execute(
                $"create or replace {kind} {SqlText.Identifier(model.Name)} as {ModelCatalog.Typed(model)}", ct);
        }
    }
}
