using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tapline.Serving.Lake;

/// <summary>Which column of a table names the tenant of a row.</summary>
/// <param name="Names">Columns that do in every table that has them; the first that a table has counts.</param>
/// <param name="Tables">What counts instead in one table, by its folder below the layer, e.g. <c>app.accounts</c>:
/// <c>id</c>.</param>
public sealed record TenantColumns(ImmutableArray<string> Names, FrozenDictionary<string, string> Tables)
{
    /// <summary>No table has one.</summary>
    public static TenantColumns None { get; } = new([], FrozenDictionary<string, string>.Empty);

    /// <summary>The table's column; null when it has none, so that no tenant sees the table.</summary>
    public string? Of(LakeTable table)
    {
        var wanted = Tables.TryGetValue(table.Name, out var own) ? [own] : Names;
        return wanted.FirstOrDefault(name => table.Scan.Columns.Any(column => column.Name == name));
    }
}
