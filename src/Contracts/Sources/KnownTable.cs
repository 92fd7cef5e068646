using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Sources;

/// <summary>What is known of a table apart from the schemas that its records carry.</summary>
/// <param name="Schema">The known columns, which need not be all, and how events spell values.</param>
/// <param name="Key">The primary key's columns in their order, empty for none; null where nobody has said it.</param>
public sealed record KnownTable(TableSchema Schema, ImmutableArray<string>? Key)
{
    /// <summary>All that its source has announced of a table.</summary>
    public static KnownTable Of(TableSchema announced) =>
        new(announced, [.. announced.KeyColumns.Select(static column => column.Name)]);
}
