using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Lake;

/// <summary>The history of an entity as people ask for it: which version held from when to when. The lake has only when
/// a version began, so that nothing of it is ever written again.</summary>
static class VersionsView
{
    const string Suffix = "_history";
    static readonly string[] Stored = ["_op", "_version", "_valid_from", "_recorded_at"];

    /// <summary>The SELECT of the versions; null for a table that is no history of an entity. A version that another
    /// one replaced at the same instant held at no time and is left out.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">The SELECT of its rows.</param>
    public static string? Of(LakeTable table, string rows)
    {
        var names = table.Columns.Select(static column => column.Name).ToHashSet(StringComparer.Ordinal);
        var key = string.Join(", ", table.Columns.Where(static column => column.IsKey)
            .OrderBy(static column => column.KeyOrdinal).Select(static column => SqlText.Identifier(column.Name)));
        if (table.Layer is not ("entity" or "stage") || !table.Name.EndsWith(Suffix, StringComparison.Ordinal)
            || key.Length == 0 || !Stored.All(names.Contains))
            return null;
        return $"""
            SELECT *, valid_to IS NULL AS is_current
            FROM (
              SELECT * EXCLUDE ({string.Join(", ", Stored)}), _version AS version, _op AS op, _op = 'd' AS is_deleted,
                _valid_from AS valid_from,
                lead(_valid_from) OVER (PARTITION BY {key} ORDER BY _valid_from, _version) AS valid_to,
                _recorded_at AS recorded_at
              FROM ({rows})
            )
            WHERE valid_to IS NULL OR valid_to > valid_from
            """;
    }
}
