using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models;

/// <summary>What a package's SQL needs besides its relations: parameters, macros and the clock.</summary>
public static class ModelCatalog
{
    /// <summary>The columns of the relation <c>clock</c>.</summary>
    public static ImmutableArray<ColumnSchema> ClockColumns { get; } =
        [new("as_of", ColumnType.Date), new("tick", ColumnType.Timestamp), new("started_at", ColumnType.Timestamp)];

    /// <summary>The name of the one-row relation of parameters.</summary>
    public const string Parameters = "params";

    /// <summary>The name of the one-row relation of time.</summary>
    public const string Clock = "clock";

    /// <summary>Makes parameters and macros in a database.</summary>
    public static void Create(DuckDbConnection connection, ModelPackage package)
    {
        var columns = package.Parameters.Select(static pair => $"{pair.Value} as {SqlText.Identifier(pair.Key)}");
        var all = string.Join(", ", columns.DefaultIfEmpty("null as none"));
        connection.Execute($"create or replace view {Parameters} as select {all}");
        if (package.Macros.Trim().Length > 0)
            connection.Execute(package.Macros);
    }

    /// <summary>A SELECT of nothing with the columns of a relation.</summary>
    public static string Empty(ImmutableArray<ColumnSchema> columns)
    {
        var text = new StringBuilder("select ");
        foreach (var column in columns)
        {
            text.Append(text.Length > 7 ? ", " : "")
                .Append("null::").Append(DuckDbType.Of(column)).Append(" as ").Append(SqlText.Identifier(column.Name));
        }
        return text.Append(" where false").ToString();
    }

    /// <summary>A model's SELECT with its columns in the types of the lake, and without rows that have no key.
    /// </summary>
    public static string Typed(Model model)
    {
        var columns = model.Columns.Select(static column =>
            $"{SqlText.Identifier(column.Name)}::{DuckDbType.Of(column)} as {SqlText.Identifier(column.Name)}");
        var keyed = model.Key.Select(static name => $"{SqlText.Identifier(name)} is not null");
        return $"select {string.Join(", ", columns)} from (\n{model.Sql}\n)"
            + (model.Key.IsEmpty ? "" : $" where {string.Join(" and ", keyed)}");
    }
}
